"""The SQL marts against the same figures computed in Python from the patients."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan, nan
from typing import TYPE_CHECKING, Any

from survival.agreement import Verification
from survival.analysis import Analysis, AnalysisFit, fit_analysis
from survival.counts import Counts
from survival.recount import PatientTables, recount
from survival.summary import SummaryRow, summary_rows

if TYPE_CHECKING:
    import pandas as pd

    from survival.curves import Curve
    from survival.warehouse import Warehouse

COUNT_COLUMNS = ("n_at_risk", "n_event", "n_competing", "n_censored")
CURVE_SUFFIXES = {
    "": "estimate",
    "_std_error": "std_error",
    "_ci_low": "ci_low",
    "_ci_high": "ci_high",
}
SUMMARY_COLUMNS = (
    "estimate",
    "std_error",
    "ci_low",
    "ci_high",
    "n_at_risk",
    "is_midpoint",
)
NUMBER_COLUMNS = ("n", "n_event", "n_competing")


def verify(
    warehouse: Warehouse,
    *,
    analyses: tuple[Analysis, ...] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Verification:
    """Recount and refit every analysis, and compare with the marts.

    Parameters
    ----------
    warehouse : Warehouse
    analyses : tuple of Analysis, optional, keyword-only
        All by default.
    progress : callable, optional, keyword-only
        Called with the id of each analysis as it begins.

    Returns
    -------
    Verification
    """
    tables = PatientTables(warehouse)
    days_per_month = warehouse.days_per_month()
    months = sorted(warehouse.summary()["at_month"].dropna().unique())
    result = Verification()
    _compare_lists(result, warehouse)
    for analysis in analyses if analyses is not None else warehouse.analyses():
        if progress is not None:
            progress(analysis.analysis_id)
        counted = recount(analysis, tables)
        rows = {
            mart: _by_stratum(read(analysis.analysis_id))
            for mart, read in (
                ("event_table", warehouse.event_table),
                ("curves", warehouse.curves),
                ("summary", warehouse.summary),
            )
        }
        for stratum in sorted(set(counted).union(*rows.values())):
            counts = counted.get(stratum, Counts.from_times([], []))
            fit = fit_analysis(analysis, counts, stratum=stratum)
            place = f"{analysis.analysis_id} {stratum}"
            _compare_counts(result, counts, rows["event_table"].get(stratum), place)
            _compare_curves(result, fit, rows["curves"].get(stratum), place)
            ours = summary_rows(fit, at_months=months, days_per_month=days_per_month)
            _compare_summary(result, fit, ours, rows["summary"].get(stratum), place)
        result.n_analyses += 1
    return result


def _by_stratum(rows: pd.DataFrame) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for row in rows.to_dict("records"):
        found.setdefault(row["stratum"], []).append(row)
    return found


def _compare_lists(result: Verification, warehouse: Warehouse) -> None:
    """Rows of an analysis that is not listed belong to nobody."""
    listed = {analysis.analysis_id for analysis in warehouse.analyses()}
    for mart in ("survival_event_table", "survival_curves", "survival_summary"):
        for analysis_id in sorted(warehouse.ids_in(mart) - listed):
            result.add(f"{mart} (not listed)", nan, 1.0, analysis_id)


def _compare_counts(
    result: Verification, counts: Counts, rows: list[dict] | None, place: str
) -> None:
    ours = {
        day: dict(zip(COUNT_COLUMNS, values, strict=True))
        for day, *values in zip(
            counts.time_days.tolist(),
            *(getattr(counts, column).tolist() for column in COUNT_COLUMNS),
            strict=True,
        )
    }
    theirs = {int(row["time_days"]): row for row in rows or []}
    _compare_doubled(result, "survival_event_table", rows, theirs, place)
    for day in sorted(ours.keys() | theirs.keys()):
        for column in COUNT_COLUMNS:
            result.add(
                f"survival_event_table.{column}",
                ours.get(day, {}).get(column, nan),
                _number(theirs.get(day, {}).get(column)),
                f"{place} day {day}",
            )


def _compare_curves(
    result: Verification, fit: AnalysisFit, rows: list[dict] | None, place: str
) -> None:
    theirs = {int(row["time_days"]): row for row in rows or []}
    _compare_doubled(result, "survival_curves", rows, theirs, place)
    days = set(fit.counts.time_days.tolist())
    if fit.counts.n:
        days.add(0)
    for name, curve in (
        ("survival", fit.survival),
        ("cumulative_incidence", fit.incidence),
        ("competing_incidence", fit.competing),
    ):
        ours = _values_by_day(curve) if curve is not None else {}
        for day in sorted(days | theirs.keys()):
            for suffix, attribute in CURVE_SUFFIXES.items():
                result.add(
                    f"survival_curves.{name}{suffix}",
                    ours.get(day, {}).get(attribute, nan),
                    _number(theirs.get(day, {}).get(f"{name}{suffix}")),
                    f"{place} day {day}",
                )


def _values_by_day(curve: Curve) -> dict[int, dict[str, float]]:
    if not curve.counts.n:
        return {}
    start = {"estimate": curve.before, "std_error": 0.0, "ci_low": nan, "ci_high": nan}
    values = {
        day: {
            attribute: float(getattr(curve, attribute)[row])
            for attribute in CURVE_SUFFIXES.values()
        }
        for row, day in enumerate(curve.time_days.tolist())
    }
    return {0: start, **values}


def _compare_summary(
    result: Verification,
    fit: AnalysisFit,
    our_rows: tuple[SummaryRow, ...],
    rows: list[dict] | None,
    place: str,
) -> None:
    theirs = {
        (row["statistic"], _key_month(row["at_month"])): row for row in rows or []
    }
    _compare_doubled(result, "survival_summary", rows, theirs, place)
    ours = {(row.statistic, row.at_month): row for row in our_rows}
    numbers = {
        "n": fit.counts.n,
        "n_event": int(fit.counts.n_event.sum()),
        "n_competing": int(fit.counts.n_competing.sum()),
    }
    for key in sorted(ours.keys() | theirs.keys(), key=str):
        statistic, month = key
        where = place if month is None else f"{place} month {month:g}"
        ours_row, their_row = ours.get(key), theirs.get(key)
        if ours_row is None or their_row is None:
            here, there = (nan, 1.0) if ours_row is None else (1.0, nan)
            result.add(f"survival_summary.{statistic} (row)", here, there, where)
            continue
        for column in SUMMARY_COLUMNS:
            result.add(
                f"survival_summary.{statistic}.{column}",
                _number(getattr(ours_row, column)),
                _number(their_row[column]),
                where,
            )
        for column in NUMBER_COLUMNS:
            result.add(
                f"survival_summary.{column}",
                numbers[column],
                _number(their_row[column]),
                where,
            )


def _compare_doubled(
    result: Verification, mart: str, rows: list[dict] | None, keyed: dict, place: str
) -> None:
    """A key that stands twice hides a row: that counts as a difference."""
    if len(rows or []) != len(keyed):
        result.add(f"{mart} (rows)", len(keyed), len(rows or []), place)


def _number(value: Any) -> float:
    return nan if value is None else float(value)


def _key_month(value: object) -> float | None:
    month = _number(value)
    return None if isnan(month) else month
