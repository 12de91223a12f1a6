"""`survival map` on twenty patients of the example, as REDCap and as SDTM have them."""

import re
import shutil
from decimal import Decimal

import pytest
from delivery.contract import delivery_contract
from delivery.definitions import PROJECT
from delivery.faults import DeliveryRefused
from delivery.preflight import inspect_delivery
from delivery_files import EXAMPLE, read_rows
from exports import (
    of_twenty,
    redcap_rows,
    sdtm_domains,
    tables_of,
    write_csv,
    write_redcap,
    write_sdtm_csv,
    write_sdtm_xpt,
)
from gate_in_process import Gate
from survival.cli import main

MAPPINGS = PROJECT / "tests" / "deliveries"
REDCAP = MAPPINGS / "redcap" / "mapping.csv"
SDTM = MAPPINGS / "sdtm" / "mapping.csv"


@pytest.fixture
def mapped(tmp_path):
    """The delivery of an export, and what is not mapped."""

    def run(export, mapping, *options):
        output = tmp_path / "delivery"
        argv = ["map", str(export), "--with", str(mapping), "--output", str(output)]
        assert main([*argv, *options]) == 0
        return output, read_rows(tmp_path / "delivery.not_mapped.csv")

    return run


def cells(table: str, rows) -> list[tuple]:
    """Records with their numbers as numbers: 1.20 is 1.2; -1 is none."""
    types = [column.type for column in delivery_contract()[table].columns]
    return sorted(
        tuple(
            Decimal(cell or -1) if kind == "number" else cell
            for kind, cell in zip(types, row, strict=True)
        )
        for row in rows
    )


def of_example(table: str) -> list[tuple]:
    """What the example has of the twenty patients."""
    columns = delivery_contract()[table].column_names
    return cells(
        table,
        [tuple(row.get(name, "") for name in columns) for row in of_twenty(table)],
    )


def kinds(listed) -> set[tuple[str, str, str, str]]:
    """The list without its lines and counts."""
    return {
        (
            row["kind"],
            row["source_file"] or row["contract_table"],
            row["source_column"] or row["contract_column"],
            row["source_value"],
        )
        for row in listed
    }


def test_a_redcap_export_becomes_the_records_that_it_was_made_of(tmp_path, mapped):
    export = write_redcap(tmp_path / "export", redcap_rows())
    delivery, listed = mapped(export, REDCAP)
    tables = tables_of(delivery)
    assert set(tables) == {path.stem for path in EXAMPLE.glob("*.csv")} - {"manifest"}
    for name, rows in tables.items():
        assert rows, name
        assert cells(name, rows) == of_example(name), name
    assert kinds(listed) == {
        ("column_left_out", "neuf.csv", "redcap_repeat_instance", ""),
        ("column_left_out", "neuf.csv", "enrolment_complete", ""),
        ("column_left_out", "neuf.csv", "redcap_data_access_group", ""),
        ("unmet", "neuf.csv", "em_testis!=", ""),
        ("unmet", "neuf.csv", "relapse_type___3=1", ""),
        ("condition", "neuf.csv", "redcap_event_name", "treatment_arm_1"),
        ("condition", "neuf.csv", "redcap_repeat_instrument", "extramedullary"),
        ("condition", "neuf.csv", "redcap_repeat_instrument", "genetics"),
        ("condition", "neuf.csv", "redcap_repeat_instrument", "relapse"),
        ("condition", "neuf.csv", "relapse_type___1", "0"),
        ("condition", "neuf.csv", "relapse_type___2", "0"),
        ("condition", "neuf.csv", "relapse_type___3", "0"),
    }


@pytest.fixture(scope="module")
def gate(example) -> Gate:
    return Gate(example)


def test_the_gate_accepts_what_a_redcap_export_became(tmp_path, mapped, gate):
    export = write_redcap(tmp_path / "export", redcap_rows())
    delivery, _ = mapped(export, REDCAP)
    judged = gate.judged(delivery)
    assert judged.refusals == []
    assert judged.quarantined == set()


def test_a_doubled_key_is_left_to_the_gate(tmp_path, mapped, gate):
    rows = redcap_rows()
    first = next(row for row in rows if row.get("blood_date"))
    rows.append(first | {"redcap_repeat_instance": "99", "platelets_per_ul": "1000"})
    delivery, _ = mapped(write_redcap(tmp_path / "export", rows), REDCAP)
    counts = read_rows(delivery / "blood_counts.csv")
    key = (first["record_id"], first["blood_date"])
    doubled = [
        line
        for line, row in enumerate(counts, start=2)
        if (row["patient_id"], row["sample_date"]) == key
    ]
    assert len(doubled) == 2
    judged = gate.judged(delivery)
    assert judged.refusals == []
    assert judged.quarantined == {
        ("key_doubled", "blood_counts", line) for line in doubled
    }


@pytest.mark.parametrize("write", [write_sdtm_xpt, write_sdtm_csv])
def test_sdtm_domains_fill_what_the_contract_has_a_home_for(tmp_path, mapped, write):
    export = write(tmp_path / "export", sdtm_domains())
    delivery, listed = mapped(export, SDTM)
    tables = tables_of(delivery)
    assert tables.pop("genetic_findings") == []
    assert set(tables) == {
        *("patients", "treatment_cycles", "marrow_assessments", "blood_counts"),
        *("mrd_assessments", "relapses", "follow_up"),
    }
    for name, rows in tables.items():
        assert rows, name
        assert cells(name, rows) == of_example(name), name
    assert {row["source_file"].split(".")[-1] for row in listed} == {
        write.__name__[-3:],
        "",
    }
    assert {
        (kind, place.split(".")[0], column, value)
        for kind, place, column, value in kinds(listed)
    } == {
        ("file", "mb", "", ""),
        ("column", "dm", "STUDYID", ""),
        ("column", "dm", "DOMAIN", ""),
        ("column", "dm", "ARMCD", ""),
        ("column", "ex", "EXDOSE", ""),
        ("column", "rs", "RSTESTCD", ""),
        ("value", "ds", "DSTERM", ""),
        ("record", "rs", "", ""),
        ("record_left_out", "lb", "", ""),
        ("condition", "rs", "RSORRES", "CR"),
        ("time_of_day", "ex", "EXSTDTC", ""),
        ("time_of_day", "lb", "LBDTC", ""),
        ("contract_column", "follow_up", "trial_entry_date", ""),
        ("contract_table", "diagnoses", "", ""),
        ("contract_table", "therapy_lines", "", ""),
        ("contract_table", "disease_status", "", ""),
        ("contract_table", "extramedullary_assessments", "", ""),
    }


def test_a_table_that_nobody_fills_is_left_to_the_gate_not_called_empty(
    tmp_path, mapped
):
    export = write_sdtm_xpt(tmp_path / "export", sdtm_domains())
    delivery, _ = mapped(export, SDTM)
    with pytest.raises(DeliveryRefused) as refused:
        inspect_delivery(delivery)
    assert {fault.file_name for fault in refused.value.faults} == {
        *("diagnoses.csv", "therapy_lines.csv", "disease_status.csv"),
        "extramedullary_assessments.csv",
    }


def test_the_same_export_gives_the_same_bytes_wherever_it_lies(tmp_path, mapped):
    export = write_redcap(tmp_path / "export", redcap_rows())
    delivery, _ = mapped(export, REDCAP)
    made = {path.name: path.read_bytes() for path in delivery.iterdir()}
    listed = (tmp_path / "delivery.not_mapped.csv").read_bytes()
    before = (export / "neuf.csv").read_bytes()
    moved = shutil.move(export, tmp_path / "patient_id=7 [é]")
    delivery, _ = mapped(moved, REDCAP, "--replace")
    assert {path.name: path.read_bytes() for path in delivery.iterdir()} == made
    assert (tmp_path / "delivery.not_mapped.csv").read_bytes() == listed
    assert [path.name for path in moved.iterdir()] == ["neuf.csv"]
    assert (moved / "neuf.csv").read_bytes() == before


def test_what_the_map_does_not_cover_is_listed_with_its_cause(tmp_path, mapped, capsys):
    rows = redcap_rows()
    # A code, a form, a column and a value that no row of the map speaks of.
    rows[0] |= {"sex": "3", "birth_date": "31-FEB-1970", "blood_type": "A"}
    rows[1] |= {"relapse_date": "01-MAR-2016"}
    rows.append(
        {
            "record_id": rows[0]["record_id"],
            "redcap_event_name": "treatment_arm_1",
            "redcap_repeat_instrument": "adverse_event",
        }
    )
    export = write_redcap(tmp_path / "export", rows)
    write_csv(export / "dictionary.csv", [{"field": "sex"}])
    (export / ".hidden").write_text("")
    delivery, listed = mapped(export, REDCAP)
    assert kinds(listed) >= {
        ("file", "dictionary.csv", "", ""),
        ("column", "neuf.csv", "blood_type", ""),
        ("record", "neuf.csv", "", ""),
        ("value", "neuf.csv", "relapse_date", ""),
        ("condition", "neuf.csv", "redcap_repeat_instrument", "adverse_event"),
        ("term", "neuf.csv", "sex", "3"),
        ("date", "neuf.csv", "birth_date", ""),
    }
    (record,) = (row for row in listed if row["kind"] == "record")
    assert record["source_line"] == str(len(rows) + 1)
    assert all(row["cause"] for row in listed)
    assert {row["kind"] for row in listed if row["n"] == "0"} == {"unmet"}
    # What could not be translated goes on as it was delivered, for the gate to judge.
    (patient,) = (
        row
        for row in read_rows(delivery / "patients.csv")
        if row["patient_id"] == rows[0]["record_id"]
    )
    assert (patient["sex"], patient["birth_date"]) == ("3", "31-FEB-1970")
    printed = capsys.readouterr().out
    assert (
        "  date 1: not written in the map's date format: as delivered: "
        "neuf.csv birth_date\n" in printed
    )
    assert "31-FEB" not in printed


def test_the_worked_example_of_the_docs_is_true(tmp_path, monkeypatch, capsys):
    page = (PROJECT / "dbt_project" / "docs" / "mapping.md").read_text("utf-8")
    study, mapping, patients, counts = re.findall(r"```csv\n(.*?)```", page, re.DOTALL)
    (said,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "study.csv").write_text(study)
    (tmp_path / "mapping.csv").write_text(mapping)
    assert main(["map", "export", "--with", "mapping.csv", "--output", "delivery"]) == 0
    assert capsys.readouterr().out.startswith(said)
    assert (tmp_path / "delivery" / "patients.csv").read_text() == patients
    assert (tmp_path / "delivery" / "blood_counts.csv").read_text() == counts
    listed = read_rows(tmp_path / "delivery.not_mapped.csv")
    assert kinds(row for row in listed if row["source_file"]) == {
        ("column", "study.csv", "term", ""),
        ("column_left_out", "study.csv", "redcap_repeat_instance", ""),
        ("record", "study.csv", "", ""),
        ("condition", "study.csv", "redcap_repeat_instrument", "adverse_event"),
    }
