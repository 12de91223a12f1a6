"""A larger delivery with the twin's distributions, as CSV and as Parquet."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import duckdb
import pytest

DELIVERIES = Path(__file__).resolve().parents[3] / "dbt_project" / "deliveries"
sys.path.insert(0, str(DELIVERIES))

import generate  # noqa: E402
from twin.tables import COLUMNS  # noqa: E402

PATIENTS = 2_100


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("scaled")
    generate.main(["--patients", str(PATIENTS), "--output", str(output)])
    return output


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_as_many_patients_as_asked_for_and_rows_as_the_manifest_says(folder):
    assert len({r["patient_id"] for r in rows(folder, "patients")}) == PATIENTS
    for entry in rows(folder, "manifest"):
        assert int(entry["n_rows"]) == len(rows(folder, entry["table_name"]))
        assert "synthetic" in entry["delivery_id"]


def test_blocks_do_not_show_in_the_bytes(folder, tmp_path):
    # one patient fewer ends in another place of the last block
    generate.main(["--patients", str(PATIENTS - 1), "--output", str(tmp_path)])
    for table in COLUMNS:
        shorter = (tmp_path / f"{table}.csv").read_bytes()
        assert (folder / f"{table}.csv").read_bytes().startswith(shorter), table


def test_nothing_happens_after_a_death(folder):
    deaths = {
        r["patient_id"]: r["death_date"]
        for r in rows(folder, "follow_up")
        if len(r["death_date"]) == 10
    }
    for table in COLUMNS:
        for row in rows(folder, table):
            for column, value in row.items():
                if column.endswith("_date") and column != "death_date":
                    assert value <= deaths.get(row["patient_id"], "9999"), (table, row)


def test_parquet_holds_the_same_values_as_text(folder, tmp_path):
    generate.main(
        ["--patients", str(PATIENTS), "--output", str(tmp_path), "--format", "parquet"]
    )
    assert not list(tmp_path.glob("[!m]*.csv"))
    for table, columns in COLUMNS.items():
        with duckdb.connect() as connection:
            relation = connection.read_parquet(str(tmp_path / f"{table}.parquet"))
            assert relation.columns == list(columns)
            assert {str(kind) for kind in relation.types} == {"VARCHAR"}
            found = [["" if v is None else v for v in r] for r in relation.fetchall()]
        assert found == [list(r.values()) for r in rows(folder, table)], table
