"""The extended risk table: who is still there, and how the others left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from survival.analysis import ALL, AnalysisFit
from survival.counts import Counts
from survival.curves import month_in_days
from survival.labels import level_label


@dataclass(frozen=True)
class RiskRow:
    """One row of the risk table.

    Attributes
    ----------
    label : str
        What is counted; of a heading, the stratum.
    numbers : tuple of int
        One per month; none in a heading.
    place : int
        Place of the stratum among the fits.
    """

    label: str
    numbers: tuple[int, ...]
    place: int


def risk_table(
    fits: Sequence[AnalysisFit], *, months: Sequence[int], days_per_month: str
) -> tuple[RiskRow, ...]:
    """Numbers at risk, and with an event or censored before, at each month.

    At every month the numbers of a stratum sum to its N: at risk are those with
    ``time >=`` the month, and the others left before it. Morris TP et al. BMJ Open
    2019;9:e030215.
    """
    days = [month_in_days(month, days_per_month=days_per_month) for month in months]
    rows = []
    for place, fit in enumerate(fits):
        if len(fits) > 1 or fit.stratum != ALL:
            rows.append(RiskRow(level_label(fit.stratum), (), place))
        rows += [
            RiskRow(label, tuple(numbers), place)
            for label, numbers in _numbers_at(fit.counts, days).items()
            if label != "Competing" or fit.counts.n_competing.any()
        ]
    return tuple(rows)


def _numbers_at(counts: Counts, days: Sequence[Fraction]) -> dict[str, list[int]]:
    is_before = [[t < day for t in counts.time_days.tolist()] for day in days]
    return {
        "At risk": [counts.n - int(counts.n_exits[b].sum()) for b in is_before],
        "Events": [int(counts.n_event[b].sum()) for b in is_before],
        "Competing": [int(counts.n_competing[b].sum()) for b in is_before],
        "Censored": [int(counts.n_censored[b].sum()) for b in is_before],
    }
