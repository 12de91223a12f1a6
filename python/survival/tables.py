"""Estimates and comparisons as text; a number is rounded here, and only once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isnan
from typing import TYPE_CHECKING

from survival.comparisons import DESCRIPTIVE, printed_p
from survival.labels import shown_curves

if TYPE_CHECKING:
    from survival.agreement import Verification
    from survival.analysis import Analysis, AnalysisFit
    from survival.comparisons import Comparison
    from survival.curves import PointEstimate

NOT_REACHED = "NR"
NOT_ESTIMABLE = "NE"
PERCENT_DECIMALS = 1
MONTH_DECIMALS = 1


def printed(value: float, *, decimals: int, missing: str = NOT_ESTIMABLE) -> str:
    """A number at its printed precision, half to even, or `missing` for nan."""
    # format() rounds the exact binary value; -0.0 would print as "-0.0".
    return missing if isnan(value) else f"{value + 0.0:.{decimals}f}"


def printed_percent(point: PointEstimate) -> str:
    """``58.1 (44.3 to 69.7)``, ``100.0`` without limits, or ``NE``."""
    if isnan(point.estimate):
        return NOT_ESTIMABLE
    estimate = printed(100 * point.estimate, decimals=PERCENT_DECIMALS)
    if isnan(point.ci_low):
        return estimate
    low = printed(100 * point.ci_low, decimals=PERCENT_DECIMALS)
    high = printed(100 * point.ci_high, decimals=PERCENT_DECIMALS)
    return f"{estimate} ({low} to {high})"


def printed_median(fit: AnalysisFit, *, days_per_month: str) -> str:
    """The median in months with its limits: ``17.0 (11.3 to NE)``, or ``NR (..)``.

    Empty where the survival curve is not shown: beside the incidence of one cause the
    median of all causes would be taken for its own.
    """
    if "survival" not in shown_curves(fit.analysis):
        return ""
    median, low, high = fit.survival.median.in_months(
        days_per_month=float(days_per_month)
    )
    first = printed(median, decimals=MONTH_DECIMALS, missing=NOT_REACHED)
    limits = [printed(x, decimals=MONTH_DECIMALS) for x in (low, high)]
    return f"{first} ({limits[0]} to {limits[1]})"


def estimates_table(
    analysis: Analysis,
    fits: Sequence[AnalysisFit],
    *,
    at_months: Iterable[float],
    days_per_month: str,
) -> str:
    """The strata of one analysis as aligned text, its caution below."""
    months = list(at_months)
    has_competing = any(fit.counts.n_competing.any() for fit in fits)
    header = ["stratum", "N", "events", *(["competing"] if has_competing else [])]
    header += ["median, months (95% CI)", "percent"]
    header += [f"month {month:g} (95% CI)" for month in months]
    rows = [header]
    for fit in fits:
        numbers = [fit.stratum, str(fit.counts.n), str(fit.counts.n_event.sum())]
        if has_competing:
            numbers.append(str(fit.counts.n_competing.sum()))
        numbers.append(printed_median(fit, days_per_month=days_per_month))
        for attribute, label in shown_curves(fit.analysis).items():
            curve = getattr(fit, attribute)
            points = [curve.at_month(m, days_per_month=days_per_month) for m in months]
            rows.append([*numbers, label, *map(printed_percent, points)])
            numbers = [""] * len(numbers)
    lines = [analysis.analysis_id, *(f"  {line}" for line in aligned(rows))]
    if analysis.caution:
        lines.append(f"  Caution: {analysis.caution}")
    return "\n".join(lines) + "\n"


def comparisons_table(comparisons: Iterable[Comparison]) -> str:
    """Tests between groups, and what they are not."""
    rows = [["tests", "groups", "curve", "test", "chi-squared (df)", "p"]]
    for found in comparisons:
        result = found.result
        numbers = (
            [found.reason or "", "", ""]
            if result is None
            else [
                result.test,
                f"{result.statistic:.2f} ({result.degrees_of_freedom})",
                printed_p(result.p_value),
            ]
        )
        rows.append([found.name, " v ".join(found.groups), found.curve, *numbers])
    if len(rows) == 1:
        return "tests\n  no analysis asked for has groups\n"
    return "\n".join([*aligned(rows), f"  {DESCRIPTIVE}"]) + "\n"


def verification_table(result: Verification, *, tolerance: float) -> str:
    """The largest difference of each statistic, and the verdict."""
    rows = [["statistic", "compared", "largest difference", "where"]]
    for agreement in result.agreements.values():
        is_past = agreement.largest_difference > tolerance
        rows.append(
            [
                agreement.statistic,
                str(agreement.n_compared),
                f"{agreement.largest_difference:.1e}",
                agreement.where if is_past else "",
            ]
        )
    past = sum(
        agreement.largest_difference > tolerance
        for agreement in result.agreements.values()
    )
    if not result.agreements:
        verdict = "nothing to compare: the marts hold no analysis with patients"
    elif past:
        verdict = (
            f"{past} of {len(result.agreements)} statistics differ by more than "
            f"{tolerance:g} in {result.n_analyses} analyses"
        )
    else:
        verdict = (
            f"equal within {tolerance:g}: {len(result.agreements)} statistics of "
            f"{result.n_analyses} analyses, computed in SQL and in Python"
        )
    return "\n".join([*aligned(rows), "", verdict]) + "\n"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns side by side, the first row ruled off."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]
