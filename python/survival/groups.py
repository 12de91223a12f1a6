"""The patients of one analysis and stratum: their days, curves and estimates."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan
from typing import Any, NamedTuple

from survival.analysis import Analysis
from survival.disclosure.counts import WITHHELD, rounded
from survival.formatting import Masked, format_limits, format_median

CURVES = ("survival", "cumulative_incidence", "competing_incidence")
Record = dict[str, Any]
Summary = dict[tuple[str, int | None], Record]


class Value(NamedTuple):
    """An estimate with its limits; nan is "not estimable"."""

    estimate: float = nan
    ci_low: float = nan
    ci_high: float = nan

    @property
    def is_estimable(self) -> bool:
        """Whether there is an estimate."""
        return not isnan(self.estimate)

    @property
    def has_limits(self) -> bool:
        """Whether there are both limits."""
        return not (isnan(self.ci_low) or isnan(self.ci_high))


class Day(NamedTuple):
    """A row of ``survival_curves``: who was there, who left, and the curves."""

    time_days: int
    n_at_risk: int
    n_event: int
    n_competing: int
    n_censored: int
    curves: dict[str, Value]


@dataclass(frozen=True)
class Group:
    """The patients of one analysis and stratum.

    Attributes
    ----------
    analysis : Analysis
    stratum, label : str
        The level as the marts and as a reader call it.
    days : tuple of Day
        In order of time, from day 0.
    summary : dict
        Rows of ``survival_summary`` by statistic and month (None for a median).
    smallest : int or None
        The smallest count that may be shown, where counts are rounded and `days` are
        coarser than the mart; None where nothing is masked.
    """

    analysis: Analysis
    stratum: str
    label: str
    days: tuple[Day, ...]
    summary: Summary
    smallest: int | None = None

    @property
    def n(self) -> int:
        """Number of patients."""
        return self.days[0].n_at_risk

    @property
    def n_event(self) -> int:
        """Number of events."""
        return sum(day.n_event for day in self.days)

    @property
    def n_competing(self) -> int:
        """Number of competing events."""
        return sum(day.n_competing for day in self.days)

    @property
    def last_day(self) -> int:
        """The last observed day."""
        return self.days[-1].time_days

    @property
    def is_masked(self) -> bool:
        """Whether counts are rounded, and estimates made from these."""
        return self.smallest is not None

    def shown(self, count: int) -> int | Masked:
        """A count of patients of the group as it may be shown."""
        return (
            count if self.smallest is None else rounded(count, smallest=self.smallest)
        )

    def percent(self, statistic: str, month: int) -> str:
        """A percentage with its limits as text."""
        value = self.value(statistic, month)
        if self.is_masked and not value.is_estimable:
            return str(WITHHELD)
        return format_limits(*value)

    def median(self) -> str:
        """The median in months with its limits as text.

        Of rounded counts no more is known than that it lies beyond what is shown.
        """
        value = self.value("median_months")
        if not self.is_masked:
            return format_median(*value)
        if isinstance(self.shown(self.n_event), Masked):
            return str(WITHHELD)
        last_month = self.summary["median_months", None]["last_month"]
        return format_median(*value, not_reached=f"> {last_month}")

    def value(self, statistic: str, month: int | None = None) -> Value:
        """An estimate of ``survival_summary`` with its limits."""
        row = self.summary.get((statistic, month))
        if row is None:
            return Value()
        return Value(row["estimate"], row["ci_low"], row["ci_high"])
