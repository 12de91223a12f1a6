"""Of whom an order of dates may be broken, asked of the compiled SQL."""

import duckdb
import pytest

# The relapse that must not come after the death, and what the two dates allow.
PATIENTS = [
    # In the month of death, on its last day, or on any day of its year.
    ("2016-03-01", "2016-03-31", "2016-03-31", "2016-03-31", "accepted", False),
    ("2016-03-05", "2016-03-05", "2016-01-01", "2016-12-31", "accepted", False),
    # The day after it.
    ("2016-03-01", "2016-03-31", "2016-04-01", "2016-04-01", "accepted", True),
    ("2016-03-01", "2016-03-31", "2016-04-01", "2016-04-01", "quarantined", False),
]


@pytest.mark.parametrize(
    (
        "died_from",
        "died_to",
        "relapsed_from",
        "relapsed_to",
        "disposition",
        "expected",
    ),
    PATIENTS,
)
def test_a_partial_date_breaks_an_order_only_where_every_day_of_it_does(
    example, died_from, died_to, relapsed_from, relapsed_to, disposition, expected
):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{example.warehouse}' as built (read_only)")
        connection.execute("attach ':memory:' as warehouse")
        for schema in ("staging", "definitions"):
            connection.execute(f"create schema warehouse.{schema}")
        connection.execute(
            "create table warehouse.definitions.date_orders as "
            "from built.definitions.date_orders"
        )
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() "
            "where database_name = 'built' and schema_name = 'staging'"
        ).fetchall():
            connection.execute(
                f"create table warehouse.staging.{name} as "
                f"from built.staging.{name} limit 0"
            )
        connection.execute(
            "insert into warehouse.staging.stg_delivery__follow_up by name "
            "select 'one' as patient_id, 'accepted' as disposition, "
            "cast(? as date) as death_date_earliest, "
            "cast(? as date) as death_date_latest",
            [died_from, died_to],
        )
        connection.execute(
            "insert into warehouse.staging.stg_delivery__relapses by name "
            "select 'one' as patient_id, ? as disposition, "
            "cast(? as date) as relapse_date_earliest, "
            "cast(? as date) as relapse_date_latest",
            [disposition, relapsed_from, relapsed_to],
        )
        found = connection.execute(
            "select rule_id, patient_id, earlier_name, later_name "
            f"from ({example.model('date_order_conflicts')})"
        ).fetchall()
    broken = ("record_after_death", "one", "relapses.relapse_date")
    assert found == expected * [(*broken, "follow_up.death_date")]
