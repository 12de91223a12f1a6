"""The estimates of an analysis as rows, as ``survival_summary`` has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import nan

import numpy as np

from survival.analysis import AnalysisFit
from survival.cumulative_incidence import exponential_incidence
from survival.curves import PointEstimate

PERCENT = 100.0


@dataclass(frozen=True)
class SummaryRow:
    """One estimate; nan and None are "not estimable".

    Attributes
    ----------
    statistic : str
        As in ``survival_summary``: days and months for medians and ranges, percent
        for `survival_percent` and the two incidences.
    at_month : float or None
        Time point of a percentage.
    estimate, std_error, ci_low, ci_high : float
    n_at_risk : int or None
        At the time point, or at the median.
    is_midpoint : bool
        Whether a median is the middle of a stretch on which the curve is one half.
    """

    statistic: str
    at_month: float | None
    estimate: float
    std_error: float
    ci_low: float
    ci_high: float
    n_at_risk: int | None
    is_midpoint: bool = False


def summary_rows(
    fit: AnalysisFit, *, at_months: Iterable[float], days_per_month: str
) -> tuple[SummaryRow, ...]:
    """Median, range of follow-up and percentages of one fit.

    Parameters
    ----------
    fit : AnalysisFit
    at_months : iterable of float, keyword-only
        Time points of the percentages.
    days_per_month : str, keyword-only
        Length of a month, as exact decimal text.

    Returns
    -------
    tuple of SummaryRow
    """
    median = fit.survival.median
    months = median.in_months(days_per_month=float(days_per_month))
    in_days = (median.days, median.ci_low, median.ci_high)
    rows = [
        SummaryRow(
            f"median_{unit}",
            None,
            estimate,
            nan,
            low,
            high,
            median.n_at_risk,
            median.is_midpoint,
        )
        for unit, (estimate, low, high) in (("days", in_days), ("months", months))
    ]
    if fit.analysis.is_reverse:
        rows += _range_rows(fit, days_per_month)
    curves = {
        "survival_percent": fit.survival,
        "cumulative_incidence_percent": fit.incidence,
        "competing_incidence_percent": fit.competing,
    }
    months_asked = list(at_months)
    rows += [
        _percent_row(
            statistic, month, curve.at_month(month, days_per_month=days_per_month)
        )
        for statistic, curve in curves.items()
        if curve is not None
        for month in months_asked
    ]
    if fit.analysis.competing_role == "event":
        exponential = exponential_incidence(fit.counts)
        rows += [
            _percent_row(
                "cumulative_incidence_exponential_percent",
                month,
                exponential.at_month(month, days_per_month=days_per_month),
            )
            for month in months_asked
        ]
    return tuple(rows)


def _range_rows(fit: AnalysisFit, days_per_month: str) -> list[SummaryRow]:
    """The range of follow-up over the patients without the event (P21)."""
    days = fit.counts.time_days[np.flatnonzero(fit.counts.n_event)]
    ends = (days.min(), days.max()) if days.size else (nan, nan)
    return [
        SummaryRow(name, None, float(end) / float(days_per_month), nan, nan, nan, None)
        for name, end in zip(("min_months", "max_months"), ends, strict=True)
    ]


def _percent_row(statistic: str, month: float, point: PointEstimate) -> SummaryRow:
    return SummaryRow(
        statistic,
        month,
        PERCENT * point.estimate,
        PERCENT * point.std_error,
        PERCENT * point.ci_low,
        PERCENT * point.ci_high,
        point.n_at_risk,
    )
