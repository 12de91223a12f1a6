"""What the report counts over tables of the warehouse that are not marts of results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survival.groups import Record

if TYPE_CHECKING:
    from survival.warehouse import Warehouse

# What the gate found in the records, and what only the derivation shows of them.
# What stops comes first, and of that what is of most records.
FAILURES = (
    "from quality.gate_failures "
    "order by is_stop desc, n_records desc nulls first, message"
)
DATES = "intermediate.int_dated_events"
FINDINGS = ("quality.findings", "quality.derivation_findings")


def findings(warehouse: Warehouse) -> list[Record]:
    """Quality findings by severity and rule; no patient."""
    return warehouse.query(
        " union all ".join(
            f"select '{relation}' as relation, rule_id, severity, description, "
            f"action, count(*) as n from {relation} group by all"
            for relation in FINDINGS
        )
        + " order by severity, rule_id"
    )


def gate_failures(warehouse: Warehouse) -> list[Record]:
    """What the gate found of the delivery, a sentence each."""
    return warehouse.query(FAILURES)


def event_dates(warehouse: Warehouse) -> list[Record]:
    """Dates of events by type: given, imputed, missing; no patient."""
    return warehouse.query(
        "select event_type, "
        "count(*) filter (where date_resolution = 'given') as n_given, "
        "count(*) filter (where date_resolution = 'imputed') as n_imputed, "
        "count(*) filter (where date_resolution = 'missing') as n_missing "
        f"from {DATES} group by all order by event_type"
    )


def builds_compared(warehouse: Warehouse) -> list[Record]:
    """The builds of this study whose results the history holds, in their order."""
    return warehouse.query(
        "with log as (from marts.delivery_log) "
        "select build_id, delivery_id, data_cutoff_date from log "
        "where build_id in (select build_id from marts.result_history) "
        "and study = (select max_by(study, started_at) from log) "
        "order by started_at"
    )


def results_over_builds(
    warehouse: Warehouse, cells: list[tuple[str, str]]
) -> list[Record]:
    """Values of these cells, mart key and column, in every build."""
    if not cells:
        return []
    listed = ", ".join(
        "('{}', '{}')".format(*(part.replace("'", "''") for part in cell))
        for cell in cells
    )
    return warehouse.query(
        "select build_id, mart_key, mart_column, value from marts.result_history "
        f"where (mart_key, mart_column) in ({listed})"
    )


def records_changed(warehouse: Warehouse) -> list[Record]:
    """Records that changed since the build before, counted by table."""
    return warehouse.query(
        "with records as (select table_name, record_key, version, change, "
        "bool_or(is_after_cutoff) as is_after "
        "from marts.record_changes group by all) "
        "select table_name, "
        "count(*) filter (where change = 'added' and is_after) as n_new, "
        "count(*) filter (where change = 'added' and not is_after) as n_late, "
        "count(*) filter (where change = 'changed' and is_after) as n_continued, "
        "count(*) filter (where change = 'changed' and not is_after) "
        "as n_corrected, "
        "count(*) filter (where change = 'removed') as n_removed "
        "from records group by all order by table_name"
    )


def patients_changed(warehouse: Warehouse) -> list[Record]:
    """Patients who entered or left the study since, counted by the reason."""
    return warehouse.query(
        "with inclusion as (select patient_id, "
        "coalesce(value_after, 'gone') as value_after "
        "from marts.patient_changes where mart = 'cohort' "
        "and mart_column = 'is_included' "
        "and 'true' in (coalesce(value_before, ''), coalesce(value_after, ''))) "
        "select case value_after when 'true' then 'entered' when 'gone' "
        "then 'no longer delivered' else cohort_attrition.criterion end as reason, "
        "count(*) as n from inclusion left join marts.cohort "
        "on inclusion.patient_id = cohort.patient_id "
        "left join marts.cohort_attrition "
        "on cohort.exclusion_step = cohort_attrition.step "
        "group by all order by reason"
    )
