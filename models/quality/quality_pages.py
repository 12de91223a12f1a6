"""The page and the list of what was found, for those who read the verdict."""

from building.plugin import Plugin


def model(dbt, session):
    dbt.config(materialized="table")
    # They are written of a delivery that is refused, too: the verdict stops what is
    # after it, and this is beside it.
    dbt.ref("findings")
    dbt.ref("gate_failures")
    dbt.ref("quarantine")
    dbt.ref("reconciliation")
    return Plugin.in_use().report(session)
