"""What Great Expectations found: one row per declared expectation."""

from building.plugin import Plugin


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("findings")
    dbt.ref("quarantine")
    dbt.ref("reconciliation")
    dbt.ref("record_dispositions")
    dbt.ref("rule_counts")
    return Plugin.in_use().judge(session)
