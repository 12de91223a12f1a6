"""What a study asks for and its delivery does not have is told where a build ends."""

import shutil

import duckdb
from dbt_builds import DELIVERIES, build


def test_a_cohort_of_nobody_replaces_no_marts_that_have_patients(edges, tmp_path):
    delivery = DELIVERIES / "edges" / "delivery"
    shutil.copyfile(edges.warehouse, tmp_path / "warehouse.duckdb")
    made = build(delivery, tmp_path, variables={"countries": ["PT"]})
    assert made.exit_code == 1
    assert _log_alone_differs(edges.warehouse, made.warehouse)
    end = made.output[made.output.index("study refused: ") :]
    assert "the study includes none of " in end.splitlines()[0]
    assert "and the marts that stand have " in end.splitlines()[0]
    assert "no record has 'PT' as its country" in end
    assert "eligibility step 3 (participating_country) is met by none of " in end
    assert "warning: population " not in end
    assert "not published: " in made.output


def test_a_drug_that_no_record_has_replaces_no_marts_that_have_patients(
    edges, tmp_path
):
    """One that was given, but for its capital letter; and one that nobody was given."""
    delivery = DELIVERIES / "edges" / "delivery"
    shutil.copyfile(edges.warehouse, tmp_path / "warehouse.duckdb")
    drugs = ["Inotuzumab", "nelarabine"]
    gate = ("--select", "+assert_delivery_accepted")
    made = build(delivery, tmp_path, *gate, variables={"index_drug": drugs})
    assert made.exit_code == 1
    assert _log_alone_differs(edges.warehouse, made.warehouse)
    misspelt, absent = (
        line
        for line in made.output.splitlines()
        if line.startswith("  delivery refused: ")
    )
    assert "(taken for Inotuzumab)" in misspelt and "parameter index_drug" in misspelt
    assert "No record makes an index date: every patient would be out" in absent
    assert "not published: " in made.output


def _log_alone_differs(one, other) -> bool:
    """Whether two warehouses have the same marts but for the log of builds."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'one' "
            "and schema_name = 'marts' and table_name <> 'delivery_log'"
        ).fetchall()
        return bool(tables) and not any(
            connection.execute(
                f"(from one.marts.{name} except from other.marts.{name}) union all "
                f"(from other.marts.{name} except from one.marts.{name})"
            ).fetchall()
            for (name,) in tables
        )
