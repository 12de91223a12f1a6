"""The example delivery: contract, consistent dates, the same bytes again."""

from __future__ import annotations

import csv
import hashlib
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

DELIVERIES = Path(__file__).resolve().parents[3] / "dbt_project" / "deliveries"
EXAMPLE = DELIVERIES / "example"
sys.path.insert(0, str(DELIVERIES))

from twin.build import build_twin  # noqa: E402
from twin.tables import COLUMNS, KEYS, csv_bytes  # noqa: E402

NOT_A_RECORD = {"birth_date", "death_date"}


def rows(table: str) -> list[dict[str, str]]:
    with (EXAMPLE / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def tables() -> dict[str, list[dict[str, str]]]:
    return {table: rows(table) for table in COLUMNS}


def by_patient(table: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    grouped = defaultdict(list)
    for row in table:
        grouped[row["patient_id"]].append(row)
    return grouped


def earliest(text: str) -> str:
    return text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text


def latest(text: str) -> str:
    return text if len(text) == 10 else text + "-12-31"[len(text) - 4 :]


def test_manifest_counts_and_hashes_the_files_as_they_lie(tables):
    manifest = {row["table_name"]: row for row in rows("manifest")}
    assert set(manifest) == set(COLUMNS)
    for table, entry in manifest.items():
        content = (EXAMPLE / f"{table}.csv").read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert int(entry["n_rows"]) == len(tables[table])
        assert "synthetic" in entry["delivery_id"]


def test_the_same_seed_gives_the_same_bytes():
    for table, built in build_twin(seed=1).items():
        written = (EXAMPLE / f"{table}.csv").read_bytes()
        assert csv_bytes(COLUMNS[table], built) == written, table


def test_keys_are_unique_but_for_exact_copies(tables):
    copies = Counter()
    for table, key in KEYS.items():
        seen: dict[tuple[str, ...], dict[str, str]] = {}
        for row in tables[table]:
            values = tuple(row[name] for name in key)
            if values in seen:
                assert seen[values] == row, (table, values)
                copies[table] += 1
            seen[values] = row
    assert sum(copies.values()) >= 5


def test_nothing_is_recorded_after_a_death(tables):
    deaths = {
        row["patient_id"]: latest(row["death_date"])
        for row in tables["follow_up"]
        if row["death_date"]
    }
    for table, records in tables.items():
        for row in records:
            for column, value in row.items():
                if column.endswith("_date") and column not in NOT_A_RECORD and value:
                    death = deaths.get(row["patient_id"], "9999")
                    assert earliest(value) <= death, (table, row)


def test_nothing_precedes_birth_and_no_treatment_the_diagnosis(tables):
    births = {r["patient_id"]: r["birth_date"] for r in tables["patients"]}
    diagnoses = {r["patient_id"]: r["diagnosis_date"] for r in tables["diagnoses"]}
    for table, records in tables.items():
        for row in records:
            for column, value in row.items():
                if column.endswith("_date") and column != "birth_date" and value:
                    born = births[row["patient_id"]]
                    assert latest(value) >= earliest(born or "0001"), (table, row)
    for table, column in (
        ("treatment_cycles", "start_date"),
        ("transplants", "transplant_date"),
        ("therapy_lines", "start_date"),
    ):
        for row in tables[table]:
            found = diagnoses.get(row["patient_id"], "")
            if found and row[column]:
                assert latest(row[column]) >= earliest(found), (table, row)


@pytest.mark.parametrize("table", ["treatment_cycles", "therapy_lines", "medications"])
def test_nothing_ends_before_it_starts(tables, table):
    for row in tables[table]:
        if row["start_date"] and row["end_date"]:
            assert latest(row["end_date"]) >= earliest(row["start_date"]), row


def test_partial_undated_late_and_missing_values_are_there(tables):
    partial = late = empty = 0
    cutoff = rows("manifest")[0]["data_cutoff_date"]
    for records in tables.values():
        for row in records:
            for column, value in row.items():
                if column.endswith("_date"):
                    partial += len(value) in (4, 7)
                    late += value > cutoff
                empty += value == ""
    assert partial >= 50
    assert 3 <= late <= 10
    assert empty >= 100
    assert any(not row["relapse_date"] for row in tables["relapses"])
    undated = [
        r
        for r in tables["follow_up"]
        if r["vital_status"] == "dead" and not r["death_date"]
    ]
    assert len(undated) == 2


def test_fifty_one_sites_in_five_countries(tables):
    found = {
        (row["country"], row["site_id"])
        for row in tables["patients"]
        if row["country"] in ("FR", "IT", "RU", "ES", "GB")
    }
    assert len(found) == 51
