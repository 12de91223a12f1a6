"""Every table that Spark makes equals DuckDB's, cell by cell.

`make test-spark` runs it: it needs Java 17, and takes most of an hour on two cores.
"""

import shutil

import duckdb
import pytest
from conftest import DELIVERED
from lake.comparing import differences
from support_spark import run


@pytest.mark.parametrize("name", DELIVERED)
def test_every_table_is_as_duckdb_made_it(pair_of, name):
    reference, spark = pair_of(name)
    found = differences(reference.manifest, reference.warehouse, spark.warehouse)
    assert list(found) == []


@pytest.mark.parametrize("name", ["example", "patients"])
def test_commands_read_the_published_file_as_any_other(pair_of, tmp_path, name):
    _, spark = pair_of(name)
    named = {"WAREHOUSE": str(spark.warehouse)}
    for command in (
        ("survival", "estimate"),
        ("survival", "verify"),
        ("survival", "report", "--output", str(tmp_path / "report")),
    ):
        completed = run(*command, **named)
        assert completed.returncode == 0, completed.stdout


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        (
            "update marts.survival_curves set survival = survival * (1 + 3e-9) where "
            "rowid = (select max(rowid) from marts.survival_curves where survival > 0)",
            "marts.survival_curves: cells differ: survival in 1",
        ),
        (
            "update marts.cohort set country = 'Fr' where rowid = 0",
            "marts.cohort: cells differ: country in 1",
        ),
        ("delete from marts.responses where rowid = 0", "marts.responses: rows "),
        ("drop table marts.table_one", "marts.table_one: missing in one of them"),
        (
            "alter table marts.cohort alter country type integer using 1",
            "marts.cohort: columns ",
        ),
    ],
)
def test_the_comparer_sees_one_slip(pair_of, tmp_path, slip, said):
    reference, spark = pair_of("example")
    altered = shutil.copyfile(spark.warehouse, tmp_path / "altered.duckdb")
    with duckdb.connect(str(altered)) as connection:
        connection.execute(slip)
    (found,) = differences(reference.manifest, reference.warehouse, altered)
    assert found.startswith(said)
