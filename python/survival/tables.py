"""Estimates and comparisons as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from survival.comparisons import DESCRIPTIVE, format_p
from survival.formatting import format_limits, format_median
from survival.labels import shown_curves

if TYPE_CHECKING:
    from survival.agreement import Verification
    from survival.analysis import Analysis, AnalysisFit
    from survival.comparisons import Comparison
    from survival.curves import PointEstimate


def percent_text(point: PointEstimate) -> str:
    """A proportion as a percentage: ``58.1 (44.3 to 69.7)``."""
    values = (point.estimate, point.ci_low, point.ci_high)
    return format_limits(*(100 * value for value in values))


def median_text(fit: AnalysisFit, *, days_per_month: str) -> str:
    """The median in months with its limits.

    Empty where the survival curve is not shown: beside the incidence of one cause the
    median of all causes would be taken for its own.
    """
    if "survival" not in shown_curves(fit.analysis):
        return ""
    median = fit.survival.median
    return format_median(*median.in_months(days_per_month=days_per_month))


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
        numbers.append(median_text(fit, days_per_month=days_per_month))
        for attribute, label in shown_curves(fit.analysis).items():
            curve = getattr(fit, attribute)
            points = [curve.at_month(m, days_per_month=days_per_month) for m in months]
            rows.append([*numbers, label, *map(percent_text, points)])
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
                format_p(result.p_value),
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
