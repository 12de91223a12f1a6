"""Step functions as SVG paths, and the table of those at risk."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import isnan
from typing import NamedTuple

from survival.analysis import ALL
from survival.curves import month_in_days
from survival.formatting import Masked, format_decimal
from survival.groups import Day, Group, Value

# A curve's y axis: ten-thousandths of a percent, so that nothing visible is rounded.
UNITS_PER_PERCENT = 10_000
TICK_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120)
MOST_TICKS = 9


def units(proportion: float) -> int:
    """A proportion on the y axis of a curve."""
    return round(proportion * 100 * UNITS_PER_PERCENT)


def values_of(days: Sequence[Day], curve: str) -> list[tuple[int, Value]]:
    """(day, value) of every row of a curve, day 0 first."""
    return [(day.time_days, day.curves[curve]) for day in days]


def line_path(values: Sequence[tuple[int, Value]]) -> str:
    """The curve from the first day that it is known to its last."""
    known = [(day, value) for day, value in values if value.is_estimable]
    # Of rounded counts the start is known and then a gap: no line bridges it.
    if len(known) < len(values):
        known = known[1:]
    if not known:
        return ""
    (first, value), *rest = known
    height = units(value.estimate)
    path = f"M{first} {height}"
    for day, value in rest:
        stepped = units(value.estimate)
        if stepped != height:
            path += f"H{day}V{stepped}"
            height = stepped
    last = known[-1][0]
    return path if path.endswith(f"H{last}V{height}") else f"{path}H{last}"


def band_path(values: Sequence[tuple[int, Value]]) -> str:
    """The area between the limits, wherever both are there."""
    pieces: list[list[tuple[int, int, int, int]]] = []
    is_open = False
    for (day, value), (until, _) in pairwise(values):
        if not value.has_limits:
            is_open = False
            continue
        if not is_open:
            pieces.append([])
            is_open = True
        low, high = units(value.ci_low), units(value.ci_high)
        piece = pieces[-1]
        if piece and piece[-1][2:] == (low, high):
            piece[-1] = (piece[-1][0], until, low, high)
        else:
            piece.append((day, until, low, high))
    return "".join(_outline(piece) for piece in pieces)


def _outline(piece: Sequence[tuple[int, int, int, int]]) -> str:
    start, _, _, top = piece[0]
    forth = f"M{start} {top}" + "".join(f"V{high}H{end}" for _, end, _, high in piece)
    back = "".join(f"V{low}H{begin}" for begin, _, low, _ in reversed(piece))
    return f"{forth}{back}Z".replace(f"M{start} {top}V{top}", f"M{start} {top}", 1)


def between_path(
    lower: Sequence[tuple[int, float]], upper: Sequence[tuple[int, float]]
) -> str:
    """The area between two step functions on the same days."""
    last = upper[-1][0]
    path = f"M0 {units(upper[0][1])}"
    for day, value in upper[1:]:
        path += f"H{day}V{units(value)}"
    path += f"H{last}V{units(lower[-1][1])}"
    for (day, _), (_, before) in zip(reversed(lower), _before(lower), strict=False):
        path += f"H{day}V{units(before)}"
    return f"{path}H0Z"


def _before(values: Sequence[tuple[int, float]]) -> Sequence[tuple[int, float]]:
    return list(reversed(values))[1:]


def censor_path(days: Sequence[Day], curve: str, *, rise: float) -> str:
    """An upright tick on the curve on each day with a censoring."""
    return "".join(
        f"M{day.time_days} {units(day.curves[curve].estimate) - round(rise / 2)}"
        f"v{round(rise)}"
        for day in days
        if day.n_censored and day.curves[curve].is_estimable
    )


def readings(days: Sequence[Day], curve: str) -> str:
    """What can be read off, per day: at risk, and percent in tenths where it changes.

    Rounded here, half to even, so that a reader of the figure and of the tables sees
    the same digits: ``12:107,985,940,998`` is day, at risk, estimate, limits.
    """
    shown, known = [], None
    for day in days:
        value = day.curves[curve]
        words = f"{day.time_days}:{day.n_at_risk}"
        if value != known:
            parts = (value.estimate, value.ci_low, value.ci_high)
            words += "".join(f",{_tenths(part)}" for part in parts if not isnan(part))
            words += "" if value.is_estimable else ",-"
            known = value
        shown.append(words)
    return ";".join(shown)


def _tenths(proportion: float) -> int:
    return round(float(format_decimal(100 * proportion)) * 10)


class RiskRow(NamedTuple):
    """A row of the risk table; a heading has no numbers."""

    label: str
    numbers: tuple[int | Masked, ...]
    place: int


def is_everybody(groups: Sequence[Group]) -> bool:
    """Whether there is one curve because nothing splits the patients."""
    return len(groups) == 1 and groups[0].stratum == ALL


def tick_months(groups: Sequence[Group], days_per_month: str) -> list[int]:
    """Months that the axis names, up to the last observed day."""
    last = max(group.last_day for group in groups) / float(days_per_month)
    step = next((s for s in TICK_STEPS if last / s < MOST_TICKS), TICK_STEPS[-1])
    return list(range(0, int(last) + 1, step))


def risk_rows(
    groups: Sequence[Group], *, months: Sequence[int], days_per_month: str
) -> list[RiskRow]:
    """Numbers at risk, and with an event or censored before, at each month.

    At every month the numbers of a stratum sum to its N: at risk are those with
    ``time >=`` the month, and the others left before it. Morris TP et al. BMJ Open
    2019;9:e030215.
    """
    at = [month_in_days(month, days_per_month=days_per_month) for month in months]
    rows = []
    for place, group in enumerate(groups):
        if not is_everybody(groups):
            rows.append(RiskRow(group.label, (), place))
        rows += [
            RiskRow(label, tuple(numbers), place)
            for label, numbers in _numbers_at(group, at).items()
            if label != "Competing" or group.n_competing
        ]
    return rows


def _numbers_at(group: Group, at: Sequence[Fraction]) -> dict[str, list[int | Masked]]:
    numbers: dict[str, list[int | Masked]] = {
        "At risk": [],
        "Events": [],
        "Competing": [],
        "Censored": [],
    }
    for day in at:
        gone = [row for row in group.days if row.time_days < day]
        left = [sum(column) for column in zip(*(row[2:5] for row in gone), strict=True)]
        left = left or [0, 0, 0]
        counts = (group.n - sum(left), *map(group.shown, left))
        for label, count in zip(numbers, counts, strict=True):
            numbers[label].append(count)
    return numbers
