"""Estimates of several analyses, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import groupby
from math import isnan
from typing import TYPE_CHECKING, Any

from survival.analysis import Analysis, AnalysisFit, fit_analysis
from survival.comparisons import DESCRIPTIVE, Comparison, compare
from survival.curves import Curve
from survival.tables import comparisons_table, estimates_table
from survival.warehouse import counts_by_stratum

if TYPE_CHECKING:
    from survival.warehouse import Warehouse

CURVES = {
    "survival": "survival",
    "cumulative_incidence": "incidence",
    "competing_incidence": "competing",
}
CSV_COLUMNS = (
    "analysis_id",
    "stratum",
    "statistic",
    "at_month",
    "estimate",
    "std_error",
    "ci_low",
    "ci_high",
    "n",
    "n_event",
    "n_competing",
    "n_at_risk",
    "estimator",
    "caution",
)


@dataclass(frozen=True, eq=False)
class Estimates:
    """Fits of several analyses, and how to read them.

    Attributes
    ----------
    fits : tuple of AnalysisFit
        By analysis in the order asked for, and by stratum.
    at_months : tuple of float
        Time points.
    days_per_month : str
        Length of a month, as exact decimal text.
    empty : tuple of Analysis
        Analyses in which nobody can be analysed.
    comparisons : tuple of Comparison or None
        Tests between groups; None where none were asked for.
    """

    fits: tuple[AnalysisFit, ...]
    at_months: tuple[float, ...]
    days_per_month: str
    empty: tuple[Analysis, ...]
    comparisons: tuple[Comparison, ...] | None = None


def estimate(
    warehouse: Warehouse,
    analyses: Iterable[Analysis],
    *,
    at_months: Iterable[float],
    has_tests: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Estimates:
    """Fit the counts of the event table.

    Parameters
    ----------
    warehouse : Warehouse
    analyses : iterable of Analysis
    at_months : iterable of float, keyword-only
        Time points.
    has_tests : bool, keyword-only
        Whether groups are tested against each other: see `survival.comparisons`.
    progress : callable, optional, keyword-only
        Called with the id of each analysis as it begins.

    Returns
    -------
    Estimates
    """
    table = dict(iter(warehouse.event_table().groupby("analysis_id")))
    asked = tuple(analyses)
    fits, empty, counts = [], [], {}
    for analysis in asked:
        if progress is not None:
            progress(analysis.analysis_id)
        if analysis.analysis_id not in table:
            empty.append(analysis)
            continue
        counts[analysis.analysis_id] = counts_by_stratum(table[analysis.analysis_id])
        fits += [
            fit_analysis(analysis, of_stratum, stratum=stratum)
            for stratum, of_stratum in counts[analysis.analysis_id].items()
        ]
    return Estimates(
        tuple(fits),
        tuple(map(float, at_months)),
        warehouse.days_per_month(),
        tuple(empty),
        compare(asked, counts, siblings=warehouse.siblings()) if has_tests else None,
    )


def as_table(estimates: Estimates) -> str:
    """Percent and months, rounded once, a block per analysis."""
    blocks = [
        estimates_table(
            analysis,
            list(fits),
            at_months=estimates.at_months,
            days_per_month=estimates.days_per_month,
        )
        for analysis, fits in groupby(estimates.fits, key=lambda fit: fit.analysis)
    ]
    blocks += [
        f"{analysis.analysis_id}\n  no patients to analyse\n"
        for analysis in estimates.empty
    ]
    if estimates.comparisons is not None:
        blocks.append(comparisons_table(estimates.comparisons))
    return "\n".join(blocks)


def as_csv(estimates: Estimates) -> str:
    """One line per estimate, in proportions, days and months; empty: not estimable."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for fit in estimates.fits:
        record = _record(fit, estimates)
        common = {name: record[name] for name in CSV_COLUMNS if name in record}
        for unit in ("days", "months"):
            writer.writerow(
                {
                    **common,
                    "statistic": f"median_{unit}",
                    **record["median"][unit],
                    "n_at_risk": record["median"]["n_at_risk"],
                    "estimator": record["estimator"]["survival"],
                }
            )
        for statistic in CURVES:
            for point in record[statistic] or []:
                row = {**common, "statistic": statistic, **point}
                row["at_month"] = row.pop("month")
                row["estimator"] = record["estimator"][statistic]
                writer.writerow(row)
    for comparison in estimates.comparisons or ():
        writer.writerows(_test_rows(comparison))
    return buffer.getvalue()


def _test_rows(comparison: Comparison) -> list[dict[str, Any]]:
    result, groups = comparison.result, " v ".join(comparison.groups)
    numbers, estimator = {}, comparison.reason
    if result is not None:
        numbers = {"chi_squared": result.statistic, "p_value": result.p_value}
        estimator = (
            f"{result.test} test of {comparison.curve}, "
            f"{result.degrees_of_freedom} degrees of freedom"
        )
    common = {"analysis_id": comparison.name, "stratum": groups}
    return [
        {
            **common,
            "statistic": statistic,
            "estimate": numbers.get(statistic),
            "estimator": estimator,
            "caution": DESCRIPTIVE,
        }
        for statistic in ("chi_squared", "p_value")
    ]


def as_json(estimates: Estimates) -> str:
    """Proportions, days and months in full precision; null: not estimable."""
    document = {
        "days_per_month": float(estimates.days_per_month),
        "unit": "proportion",
        "estimates": [_record(fit, estimates) for fit in estimates.fits],
        "nobody_to_analyse": [analysis.analysis_id for analysis in estimates.empty],
    }
    if estimates.comparisons is not None:
        document["tests"] = {
            "caution": DESCRIPTIVE,
            "comparisons": [_test_record(c) for c in estimates.comparisons],
        }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


RENDERERS = {"table": as_table, "csv": as_csv, "json": as_json}


def _test_record(comparison: Comparison) -> dict[str, Any]:
    result = comparison.result
    return {
        "analyses": [analysis.analysis_id for analysis in comparison.analyses],
        "groups": comparison.groups,
        "curve": comparison.curve,
        "result": None if result is None else asdict(result),
        "reason": comparison.reason,
    }


def _record(fit: AnalysisFit, estimates: Estimates) -> dict[str, Any]:
    median = fit.survival.median
    months = median.in_months(days_per_month=float(estimates.days_per_month))
    curves = {name: getattr(fit, attribute) for name, attribute in CURVES.items()}
    return {
        **_without_labels(fit.analysis),
        "stratum": fit.stratum,
        "n": fit.counts.n,
        "n_event": int(fit.counts.n_event.sum()),
        "n_competing": int(fit.counts.n_competing.sum()),
        "last_day": fit.counts.last_day,
        "median": {
            "days": _limits(median.days, median.ci_low, median.ci_high),
            "months": _limits(*months),
            "is_midpoint": median.is_midpoint,
            "n_at_risk": median.n_at_risk,
        },
        **{name: _points(curve, estimates) for name, curve in curves.items()},
        "estimator": {
            name: curve.estimator if curve is not None else None
            for name, curve in curves.items()
        },
    }


def _without_labels(analysis: Analysis) -> dict[str, Any]:
    return {name: v for name, v in asdict(analysis).items() if name != "labels"}


def _points(curve: Curve | None, estimates: Estimates) -> list[dict] | None:
    if curve is None:
        return None
    return [
        {
            "month": int(month) if float(month).is_integer() else month,
            **{
                name: _estimable(value)
                for name, value in asdict(
                    curve.at_month(month, days_per_month=estimates.days_per_month)
                ).items()
            },
        }
        for month in estimates.at_months
    ]


def _limits(estimate: float, ci_low: float, ci_high: float) -> dict[str, float | None]:
    return {
        "estimate": _estimable(estimate),
        "ci_low": _estimable(ci_low),
        "ci_high": _estimable(ci_high),
    }


def _estimable(value: float) -> float | None:
    return None if isnan(value) else value
