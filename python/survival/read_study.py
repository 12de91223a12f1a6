"""Read whatever the report shows out of the warehouse, once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from survival import counted
from survival.analysis import ALL, Analysis
from survival.comparisons import Comparison, compare
from survival.groups import CURVES, Day, Group, Record, Summary, Value
from survival.labels import reading_order, typeset
from survival.study import Study, headline_results

if TYPE_CHECKING:
    from survival.warehouse import Warehouse

MARTS = (
    ("cohort_attrition", "step"),
    ("table_one", "all"),
    ("response_summary", "all"),
    ("outcome_summary", "all"),
    ("analysis_populations", "all"),
    ("published_comparison", "result_id"),
    ("published_directions", "section desc, statement_id"),
)
DEFINITIONS = (
    ("endpoint_events", "endpoint, role desc, precedence"),
    ("outcome_measures", None),
    ("populations", "row_order"),
    ("report_figures", "row_order"),
    ("report_marks", "row_order"),
    ("report_results", "row_order, disease_group"),
    ("report_tables", "row_order"),
    ("response_measures", "measure, outcome"),
    ("response_rows", "row_order"),
    ("response_windows", "first_day, last_day"),
    ("strata", "stratum_variable, level_order"),
    ("summary_subsets", None),
    ("table_one_levels", "row_order"),
    ("table_one_variables", None),
)


def read_study(
    warehouse: Warehouse, analyses: Iterable[Analysis], *, has_tests: bool = False
) -> Study:
    """Read whatever the report shows of these analyses."""
    ordered = sorted(analyses, key=reading_order)
    tables = {name: warehouse.records(name, order_by=order) for name, order in MARTS}
    for name, order in DEFINITIONS:
        tables[name] = warehouse.records(name, schema="definitions", order_by=order)
    tables["published_results"] = _explained(warehouse)
    tables["reconciliation"] = warehouse.records("reconciliation", schema="quality")
    tables["verdict"] = warehouse.records("verdict", schema="quality")
    tables["findings"] = counted.findings(warehouse)
    tables["imputed_dates"] = counted.event_dates(warehouse)
    tables["builds_compared"] = counted.builds_compared(warehouse)
    tables["records_changed"] = counted.records_changed(warehouse)
    tables["patients_changed"] = counted.patients_changed(warehouse)
    tables["result_history"] = counted.results_over_builds(
        warehouse,
        [(result.mart_key, result.mart_column) for result in headline_results(tables)],
    )
    return Study(
        delivery=warehouse.delivery(),
        later=warehouse.unpublished_since(),
        analyses=tuple(ordered),
        groups=_groups(warehouse, ordered, tables["strata"]),
        tables=tables,
        months=warehouse.report_months(),
        days_per_month=warehouse.days_per_month(),
        parameters=warehouse.study_parameters(),
        facts=warehouse.facts(),
        words=warehouse.words(),
        comments=warehouse.comments(),
        comparisons=_comparisons(warehouse, ordered) if has_tests else None,
    )


def _comparisons(
    warehouse: Warehouse, analyses: list[Analysis]
) -> tuple[Comparison, ...]:
    from survival.warehouse import counts_by_stratum

    table = warehouse.event_table().groupby("analysis_id")
    counts = {name: counts_by_stratum(rows) for name, rows in table}
    return compare(analyses, counts, siblings=warehouse.siblings())


def _explained(warehouse: Warehouse) -> list[Record]:
    """The published numbers, each with why no data give it, where none do."""
    explained = {
        row["result_id"]: row["explanation"]
        for row in warehouse.records("published_explanations", schema="definitions")
    }
    rows = warehouse.records("published_results", schema="definitions")
    return [{**row, "explanation": explained.get(row["result_id"])} for row in rows]


def _groups(
    warehouse: Warehouse, analyses: list[Analysis], strata: list[Record]
) -> dict[str, tuple[Group, ...]]:
    days: dict[tuple[str, str], list[Day]] = defaultdict(list)
    summaries: dict[tuple[str, str], Summary] = defaultdict(dict)
    for row in warehouse.records(
        "survival_curves", order_by="analysis_id, stratum, time_days"
    ):
        days[row["analysis_id"], row["stratum"]].append(_day(row))
    for row in warehouse.records("survival_summary"):
        month = None if row["at_month"] is None else int(row["at_month"])
        summaries[row["analysis_id"], row["stratum"]][row["statistic"], month] = row
    # The order and the words of the strata are rows too: no list of labels is ever
    # put beside a list of groups.
    known = {(row["stratum_variable"], row["level"]): row for row in strata}
    groups = {}
    for analysis in analyses:
        found = []
        for analysis_id, stratum in days:
            if analysis_id != analysis.analysis_id:
                continue
            level = known.get((analysis.stratum_variable, stratum), {})
            label = "All" if stratum == ALL else typeset(level.get("label", stratum))
            group = Group(
                analysis,
                stratum,
                label,
                tuple(days[analysis_id, stratum]),
                summaries[analysis_id, stratum],
            )
            found.append((level.get("level_order", 0), stratum, group))
        if found:
            ordered = sorted(found, key=lambda item: item[:2])
            groups[analysis.analysis_id] = tuple(group for *_, group in ordered)
    return groups


def _day(row: Record) -> Day:
    return Day(
        row["time_days"],
        row["n_at_risk"],
        row["n_event"],
        row["n_competing"],
        row["n_censored"],
        {
            name: Value(row[name], row[f"{name}_ci_low"], row[f"{name}_ci_high"])
            for name in CURVES
        },
    )
