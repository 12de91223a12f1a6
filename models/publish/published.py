"""The last node of a whole build: what was built replaces what people read."""

from building.plugin import Plugin


def model(dbt, session):
    dbt.config(materialized="table")
    # Publishing waits for these, for all that they are made of, and for every test of
    # any of them. A whole build that finds a table missing here names it and stops
    # (macros/whole_build.sql).
    dbt.ref("analysis_populations")
    dbt.ref("baseline_characteristics")
    dbt.ref("cohort")
    dbt.ref("cohort_attrition")
    dbt.ref("delivery_log")
    dbt.ref("derivation_findings")
    dbt.ref("derived_words")
    dbt.ref("event_types")
    dbt.ref("outcome_summary")
    dbt.ref("published_comparison")
    dbt.ref("published_directions")
    dbt.ref("missingness_limits")
    dbt.ref("quality_pages")
    dbt.ref("reconciliation")
    dbt.ref("report_months")
    dbt.ref("response_summary")
    dbt.ref("responses")
    dbt.ref("stg_delivery__manifest")
    dbt.ref("strata")
    dbt.ref("study_doubts")
    dbt.ref("study_parameters")
    dbt.ref("analysis_definitions")
    dbt.ref("survival_strata")
    dbt.ref("survival_summary")
    dbt.ref("table_one")
    dbt.ref("table_one_variables")
    dbt.ref("time_to_event")
    dbt.ref("vocabularies")
    dbt.ref("transplant_outcomes")
    return Plugin.in_use().publish(session)
