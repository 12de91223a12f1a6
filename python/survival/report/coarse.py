"""Curves from counts that were rounded every few months, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import exp, log, sqrt

from survival.curves import month_in_days
from survival.report.study import CURVES, Day, Group, Record, Study, Value

GRID_MONTHS = 3
NORMAL = 1.959963984540054
NOTHING = Value(None, None, None)


def rounded(count: int | None, *, smallest: int) -> int | None:
    """A count as a multiple of `smallest`, the nearest one.

    >>> [rounded(count, smallest=5) for count in (0, 2, 3, 7, 8)]
    [0, 0, 5, 5, 10]
    """
    return (
        None if count is None else (2 * count + smallest) // (2 * smallest) * smallest
    )


def coarse_group(group: Group, study: Study, smallest: int) -> Group | None:
    """A group with its curves from rounded counts; None if it rounds to nobody."""
    n = rounded(group.n, smallest=smallest)
    if not n:
        return None
    days = _coarse_days(group, n, study.days_per_month, smallest)
    curves = tuple(_estimated(days, n, _has_incidence(group)))
    coarse = replace(group, days=curves, summary={}, is_masked=True)
    return replace(coarse, summary=_summary(coarse, study))


def _has_incidence(group: Group) -> bool:
    return group.days[0].curves["cumulative_incidence"].estimate is not None


def _coarse_days(
    group: Group, n: int, days_per_month: str, smallest: int
) -> list[tuple[int, int, int, int, int]]:
    """(day, at risk, events, competing, censored), all rounded, every few months.

    It ends where none remain of what is shown: the last day is a single patient's.
    """
    rows = []
    before = (0, 0, 0)
    month = GRID_MONTHS
    while True:
        until = month_in_days(month, days_per_month=days_per_month)
        gone = [day for day in group.days if day.time_days < until]
        left = tuple(
            rounded(sum(day[kind] for day in gone), smallest=smallest)
            for kind in (2, 3, 4)
        )
        remaining = group.n - sum(sum(day[2:5]) for day in gone)
        is_empty = rounded(remaining, smallest=smallest) == 0
        if is_empty or sum(left) > n - smallest:
            return rows
        steps = [now - then for now, then in zip(left, before, strict=True)]
        # The last day before the month, so that the risk table counts it as gone.
        day = -(-until.numerator // until.denominator) - 1
        rows.append((day, n - sum(before), *steps))
        before = left
        month += GRID_MONTHS


def _estimated(
    rows: Sequence[tuple[int, int, int, int, int]], n: int, has_incidence: bool
) -> Iterable[Day]:
    """The curves of rounded counts: Kaplan-Meier, and the share of each cause."""
    survival, variance = 1.0, 0.0
    incidences = [0.0, 0.0]
    start = Value(0.0, None, None) if has_incidence else NOTHING
    first = (Value(1.0, None, None), start, start)
    yield Day(0, n, 0, 0, 0, dict(zip(CURVES, first, strict=True)))
    for day, n_at_risk, n_event, n_competing, n_censored in rows:
        for cause, count in enumerate((n_event, n_competing)):
            incidences[cause] += survival * count / n_at_risk
        n_left = n_event + n_competing
        if n_left:
            survival *= 1 - n_left / n_at_risk
            variance += n_left / (n_at_risk * (n_at_risk - n_left))
        causes = [
            Value(value, None, None) if has_incidence else NOTHING
            for value in incidences
        ]
        values = (_log_log(survival, variance), *causes)
        curves = dict(zip(CURVES, values, strict=True))
        yield Day(day, n_at_risk, n_event, n_competing, n_censored, curves)


def _log_log(survival: float, variance: float) -> Value:
    if not 0 < survival < 1:
        return Value(survival, None, None)
    width = NORMAL * sqrt(variance) / abs(log(survival))
    limits = (survival ** exp(width), survival ** exp(-width))
    return Value(survival, *limits)


def _summary(group: Group, study: Study) -> dict[tuple[str, int | None], Record]:
    estimator = (
        f"Kaplan-Meier of counts rounded every {GRID_MONTHS} months; Greenwood; "
        "log(-log) limits; incidences without limits"
    )
    common = {"n_at_risk": None, "estimator": estimator}
    length = float(study.days_per_month)
    median = _median(group)
    rows: dict[tuple[str, int | None], Record] = {
        ("median_days", None): {**common, **median._asdict()},
        ("median_months", None): {
            **common,
            **{
                name: None if value is None else value / length
                for name, value in median._asdict().items()
            },
        },
    }
    for month in study.months:
        at = month_in_days(month, days_per_month=study.days_per_month)
        past = [day for day in group.days if day.time_days <= at]
        is_known = group.last_day + 1 >= at
        for curve in CURVES:
            value = past[-1].curves[curve] if is_known else NOTHING
            percent = [None if part is None else 100 * part for part in value]
            rows[f"{curve}_percent", month] = {
                **common,
                **dict(zip(Value._fields, percent, strict=True)),
            }
    return rows


def _median(group: Group) -> Value:
    """The first day of the grid on which each of curve and limits is below one half."""

    def first(name: str) -> float | None:
        for day in group.days:
            value = getattr(day.curves["survival"], name)
            if value is not None and value < 0.5:
                return day.time_days + 1
        return None

    # The lower limit of the curve crosses first: it is the median's lower limit.
    return Value(first("estimate"), first("ci_low"), first("ci_high"))
