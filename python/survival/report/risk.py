"""The extended risk table, counted from the rows of the mart."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from survival.analysis import ALL
from survival.curves import month_in_days
from survival.formatting import Masked
from survival.study import Group

TICK_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120)
MOST_TICKS = 9


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
