"""What Great Expectations found: one row per declared expectation."""

from expectations import dbt_plugin


def model(dbt, session):
    dbt.config(materialized="table")
    dbt.ref("findings")
    dbt.ref("quarantine")
    dbt.ref("reconciliation")
    dbt.ref("records_set_aside")
    dbt.ref("rules_counted")
    return dbt_plugin.judge_delivery(session)
