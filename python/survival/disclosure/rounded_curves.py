"""Curves from counts that were rounded every few months, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from survival.analysis import AnalysisFit, fit_analysis
from survival.counts import Counts
from survival.curves import Curve, month_in_days
from survival.disclosure.counts import WITHHELD, multiple
from survival.groups import CURVES, Day, Group, Record, Value
from survival.study import Study
from survival.summary import summary_rows

GRID_MONTHS = 3
KINDS = ("n_event", "n_competing", "n_censored")
# Which counts a curve falls or rises by: where they are masked, it is.
DECIDED_BY = {
    "cumulative_incidence": ("n_event",),
    "competing_incidence": ("n_competing",),
}


class Step(NamedTuple):
    """A day of the grid: who was there, and how many have left by it, rounded."""

    day: int
    n_at_risk: int
    n_event: int
    n_competing: int
    n_censored: int


def rounded_group(group: Group, study: Study, smallest: int) -> Group | None:
    """A group with its curves from rounded counts; None if it is too small."""
    n = multiple(group.n, smallest=smallest)
    if not n:
        return None
    steps = _steps(group, n, study.days_per_month, smallest)
    # Of three months nobody knows who left first: follow-up is fitted as any curve.
    analysis = replace(group.analysis, is_reverse=False)
    fit = fit_analysis(analysis, _counts(steps, n), stratum=group.stratum)
    days = tuple(_days(group, fit, steps, n))
    coarse = replace(group, days=days, summary={}, smallest=smallest)
    return replace(coarse, summary=_summary(coarse, fit, study))


def _steps(group: Group, n: int, days_per_month: str, smallest: int) -> list[Step]:
    """The grid; it ends before too few remain: the last day is a single patient's."""
    steps: list[Step] = []
    left = [0, 0, 0]
    month = GRID_MONTHS
    while True:
        until = month_in_days(month, days_per_month=days_per_month)
        gone = [day for day in group.days if day.time_days < until]
        n_gone = [sum(getattr(day, kind) for day in gone) for kind in KINDS]
        before = left
        left = [multiple(count, smallest=smallest) for count in n_gone]
        is_empty = not multiple(group.n - sum(n_gone), smallest=smallest)
        if is_empty or sum(left) > n - smallest:
            return steps
        # The last day before the month, so that the risk table counts it as gone.
        day = -(-until.numerator // until.denominator) - 1
        steps.append(Step(day, n - sum(before), *left))
        month += GRID_MONTHS


def _counts(steps: Sequence[Step], n: int) -> Counts:
    """The grid as counts of an estimator; all that remain leave a day after it."""
    left = np.array([step[2:] for step in steps], dtype=np.int64).reshape(-1, 3)
    n_event, n_competing, n_censored = np.diff(left, axis=0, prepend=0).T
    last = steps[-1].day if steps else 0
    remaining = n - int(left[-1].sum()) if steps else n
    return Counts(
        time_days=np.array([*(step.day for step in steps), last + 1]),
        n_at_risk=np.array([*(step.n_at_risk for step in steps), remaining]),
        n_event=np.append(n_event, 0),
        n_competing=np.append(n_competing, 0),
        n_censored=np.append(n_censored, remaining),
    )


def _days(
    group: Group, fit: AnalysisFit, steps: Sequence[Step], n: int
) -> Iterator[Day]:
    """Rows as those of the mart; a curve is nan where what decides it is masked."""
    yield _first_day(group.days[0], n)
    before: tuple[int, ...] = (0, 0, 0)
    fitted = {
        name: curve
        for name, curve in zip(
            CURVES, (fit.survival, fit.incidence, fit.competing), strict=True
        )
        if curve is not None and group.days[0].curves[name].is_estimable
    }
    for row, step in enumerate(steps):
        curves = {
            name: _value(fitted[name], row)
            if name in fitted and _n_deciding(fit, name, step)
            else Value()
            for name in CURVES
        }
        events, competing, censored = (
            now - then for now, then in zip(step[2:], before, strict=True)
        )
        yield Day(step.day, step.n_at_risk, events, competing, censored, curves)
        before = step[2:]


def _first_day(first: Day, n: int) -> Day:
    """Day 0, when nobody has left: the curves start where they always do."""
    starts = {
        name: Value(float(name == "survival")) if value.is_estimable else Value()
        for name, value in first.curves.items()
    }
    return Day(0, n, 0, 0, 0, starts)


def _n_deciding(fit: AnalysisFit, name: str, step: Step) -> int:
    kinds: tuple[str, ...] = DECIDED_BY.get(name, ("n_event",))
    if name == "survival" and fit.analysis.competing_role == "event":
        kinds = ("n_event", "n_competing")
    return sum(getattr(step, kind) for kind in kinds)


def _value(curve: Curve, row: int) -> Value:
    return Value(
        float(curve.estimate[row]), float(curve.ci_low[row]), float(curve.ci_high[row])
    )


def _summary(
    group: Group, fit: AnalysisFit, study: Study
) -> dict[tuple[str, int | None], Record]:
    """Rows as those of ``survival_summary``, without what is masked."""
    rows: dict[tuple[str, Any], Record] = {}
    for row in summary_rows(
        fit, at_months=study.months, days_per_month=study.days_per_month
    ):
        found: Record = {
            "estimate": row.estimate,
            "ci_low": row.ci_low,
            "ci_high": row.ci_high,
            "n_at_risk": WITHHELD,
            "last_month": GRID_MONTHS * (len(group.days) - 1),
            "estimator": f"Counts rounded every {GRID_MONTHS} months: "
            f"{fit.survival.estimator}",
        }
        curve = row.statistic.removesuffix("_percent")
        if curve in CURVES and row.at_month is not None:
            at = month_in_days(row.at_month, days_per_month=study.days_per_month)
            past = [day for day in group.days if day.time_days <= at]
            is_shown = group.last_day + 1 >= at
            if not is_shown or not past[-1].curves[curve].is_estimable:
                found |= Value()._asdict()
        rows[row.statistic, row.at_month] = found
    return rows
