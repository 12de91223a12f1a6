"""Every value of a delivery is read as the text that stands in its file."""

import shutil
from pathlib import Path

import duckdb
import pytest
from delivery.contract import delivery_contract
from delivery.csv_file import CsvRecord, read_records, scan_csv
from delivery.load import load_delivery
from delivery.preflight import inspect_delivery
from delivery_files import EXAMPLE, as_gzip, as_parquet, copied, edited, renewed


def delivered(folder: Path, table_name: str) -> list[tuple]:
    """The rows of one table as they are read, by line."""
    with duckdb.connect() as connection:
        load_delivery(connection, inspect_delivery(folder))
        return connection.execute(
            f"select * from delivery.{table_name} order by file_line"
        ).fetchall()


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    return copied(tmp_path / "delivery")


def test_values_stay_as_they_were_sent(delivery):
    rows = [
        "007,2017-01-01,12.7",
        "008,2020-02-31,1_000",
        "009,2017-01-02, 5 ",
        "010,2017-01-03,",
    ]
    header = "patient_id,assessment_date,blast_percent"
    edited(delivery, "marrow_assessments.csv", lambda _: "\n".join([header, *rows, ""]))
    assert delivered(delivery, "marrow_assessments") == [
        ("007", "2017-01-01", "12.7", 2),
        ("008", "2020-02-31", "1_000", 3),
        ("009", "2017-01-02", " 5 ", 4),
        ("010", "2017-01-03", None, 5),
    ]


@pytest.mark.parametrize(
    "spell",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.removesuffix("\n"),
        lambda text: text.replace("\n", "\r\n").removesuffix("\r\n"),
        lambda text: "".join(
            ",".join(f'"{value}"' for value in line.split(",")) + "\n"
            for line in text.splitlines()
        ),
        lambda text: "\ufeff" + text.replace("\n", "\r\n", 3),
    ],
    ids=["bom", "crlf", "no_last_newline", "crlf_no_last", "all_quoted", "mixed_ends"],
)
def test_spelling_of_a_file_makes_no_difference(delivery, spell):
    before = delivered(delivery, "blood_counts")
    edited(delivery, "blood_counts.csv", spell)
    assert delivered(delivery, "blood_counts") == before


def test_columns_are_found_by_name(delivery):
    before = delivered(delivery, "marrow_assessments")

    def reversed_columns(text: str) -> str:
        return "".join(
            ",".join(reversed(line.split(","))) + "\n" for line in text.splitlines()
        )

    edited(delivery, "marrow_assessments.csv", reversed_columns)
    assert delivered(delivery, "marrow_assessments") == before


@pytest.mark.parametrize("form", ["csv.gz", "parquet", "mixed"])
def test_the_form_of_a_file_makes_no_difference(delivery, form):
    for n, table_name in enumerate(delivery_contract()):
        turn = {"csv.gz": as_gzip, "parquet": as_parquet, "mixed": None}[form]
        if form == "mixed":
            turn = (None, as_gzip, as_parquet)[n % 3]
        is_there = (delivery / f"{table_name}.csv").exists()
        if turn and is_there and table_name != "manifest":
            turn(delivery, table_name)
    renewed(delivery)
    with duckdb.connect() as one, duckdb.connect() as other:
        load_delivery(one, inspect_delivery(EXAMPLE))
        load_delivery(other, inspect_delivery(delivery))
        for table_name, table in delivery_contract().items():
            if table_name == "manifest":
                continue
            columns = [
                f"cast({c.name} as double)" if c.type == "number" else c.name
                for c in table.columns
            ]
            query = f"select {', '.join(columns)}, file_line from delivery.{table_name}"
            assert one.execute(query).fetchall() == other.execute(query).fetchall()


def test_optional_tables_may_be_absent(delivery):
    (delivery / "medications.csv").unlink()
    manifest = delivery / "manifest.csv"
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join(x for x in lines if not x.startswith("medications")))
    assert delivered(delivery, "medications") == []


def test_lines_are_those_of_the_file(delivery):
    text = (
        "patient_id,site_id,country,sex,birth_date,consent,record_available\n"
        'a,"one\nsite",FR,male,1960,given,yes\n'
        "\n"
        "b,too,few\n"
        "c,s,FR,male,1960,given,yes\n"
        "d,s,FR,male,1960,given,yes,too,many\n"
    )
    edited(delivery, "patients.csv", lambda _: text)
    with duckdb.connect() as connection:
        load_delivery(connection, inspect_delivery(delivery))
        assert connection.execute(
            "select patient_id, site_id, file_line from delivery.patients"
        ).fetchall() == [("a", "one\nsite", 2), ("c", "s", 6)]
        assert connection.execute("from delivery.malformed_records").fetchall() == [
            ("patients", 5, 3, "b,too,few"),
            ("patients", 7, 9, "d,s,FR,male,1960,given,yes,too,many"),
        ]
        assert connection.execute(
            "select n_records, n_malformed, n_blank_lines from delivery.files "
            "where table_name = 'patients'"
        ).fetchall() == [(4, 2, 1)]


def test_a_swallowed_line_names_its_patient_too(delivery):
    text = 'patient_id,relapse_date,relapse_type\n"a",2016,"x\nb,2016,molecular\n",y\n'
    edited(delivery, "relapses.csv", lambda _: text)
    with duckdb.connect() as connection:
        load_delivery(connection, inspect_delivery(delivery))
        assert connection.execute(
            "select file_line, patient_id from delivery.malformed_patients"
        ).fetchall() == [(2, "a"), (2, "b")]


def test_a_trailing_delimiter_is_a_field_too_many(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n3,4,\n")
    assert not scan_csv(path).is_plain
    assert [record.fields for record in read_records(path)][2] == ["3", "4", ""]


def test_records_across_lines_keep_their_raw_text(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b'a,b\r\n"1\r\n""x""",2\r\n')
    assert list(read_records(path))[1] == CsvRecord(
        2, ['1\r\n"x"', "2"], '"1\r\n""x""",2'
    )


def test_names_of_folders_are_no_sql(tmp_path):
    folder = tmp_path / "it's; drop table delivery.patients -- [*]"
    shutil.copytree(EXAMPLE, folder)
    assert delivered(folder, "patients") == delivered(EXAMPLE, "patients")
