"""`survival map`: a slip in the mapping is named, with the nearest word there is."""

import csv

import pytest
from delivery.mapping.mapping_file import COLUMNS
from delivery_files import read_rows
from exports import write_csv
from survival.cli import main

PATIENTS = [
    {"id": "001", "sex": "M", "born": "1970-01-01", "form": "a"},
    {"id": "002", "sex": "F", "born": "1980-02-02", "form": "a"},
]
MANIFEST = [
    {"contract_table": "manifest", "contract_column": name, "contract_value": value}
    for name, value in (
        ("delivery_id", "d1"),
        ("delivered_on", "2018-05-15"),
        ("data_cutoff_date", "2018-03-31"),
    )
]


def row(source_column="", contract_column="", **others) -> dict[str, str]:
    """A row of a mapping of `export.csv` into patients."""
    return {
        "source_file": "export.csv",
        "source_column": source_column,
        "contract_table": "patients",
        "contract_column": contract_column,
    } | others


ID = row("id", "patient_id")
GOOD = [*MANIFEST, ID, row("sex", "sex", source_value="M", contract_value="male")]


@pytest.fixture
def mapping(tmp_path, capsys):
    """Map an export by rows; the exit code and what was said."""
    export = tmp_path / "export"
    export.mkdir()
    write_csv(export / "export.csv", PATIENTS)

    def run(rows, *options, name="mapping.csv"):
        with (tmp_path / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)
        output = str(tmp_path / "delivery")
        argv = ["map", str(export), "--with", str(tmp_path / name)]
        code = main([*argv, "--output", output, *options])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        (
            row("sex", "sex", contract_table="patinets"),
            'contract_table: "patinets" is no table of the contract; the nearest is '
            '"patients" (of patients, diagnoses,',
        ),
        (
            row("sex", "sexe"),
            'contract_column: "sexe" is no column of patients; the nearest is "sex"',
        ),
        (
            row("sex", "sex", source_value="M", contract_value="Male"),
            'contract_value: "Male" is no term of sex; the nearest is "male" '
            "(of female, male, unknown)",
        ),
        (
            row("sexe", "sex"),
            'source_column: "sexe" is no column of export.csv; the nearest is "sex" '
            "(of id, sex, born, form)",
        ),
        (
            row("sex", "sex", where="From=a"),
            'where: "From" is no column of export.csv; the nearest is "form"',
        ),
        (row("sex", "sex", where="form"), 'where: "form" is no condition'),
        (
            row("sex", contract_table="left_out", source_file="exprot.csv"),
            'source_file: "exprot.csv" is no file here; the nearest is "export.csv"',
        ),
        (
            row("born", "birth_date", date_format="DD/MM/YY"),
            'date_format: "DD/MM/YY" is no date format; expected ISO, SAS, or one YYYY',
        ),
        (row("id", "site_id", date_format="ISO"), "patients.site_id is no date"),
        (row("id", "site_id", unit_factor="2"), "patients.site_id is no number"),
        (row("", "consent"), "give a source_column, or a contract_value"),
        (row("sex", "sex", contract_value="male"), "source_value is empty"),
        (row("", "sex", source_value="M"), "give a source_column"),
        (
            row("form", "patient_id"),
            "patients.patient_id comes from another place on line 5",
        ),
        (
            row(contract_table="manifest", source_file="", contract_value="d2")
            | {"contract_column": "delivery_id"},
            "manifest delivery_id is said twice",
        ),
        (
            row("id", "patient_id", contract_table="blood_counts", where="form=a"),
            "no row gives blood_counts.sample_date, a key, for this file and this",
        ),
        (
            row(contract_table="manifest", contract_column="delivery", source_file=""),
            'contract_column: "delivery" is no column of manifest; the nearest is '
            '"delivery_id"',
        ),
        (
            row(contract_table="file", contract_column="encodng", contract_value="x"),
            '"encodng" is no column of file; the nearest is "encoding"',
        ),
        (
            row(contract_table="left_out"),
            "left_out takes a source_column, or a condition in where",
        ),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_a_slip_is_said_in_one_line_with_its_place(mapping, tmp_path, slip, said):
    code, out, err = mapping([*MANIFEST, ID, slip])
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith("survival: mapping.csv: line 6: ")
    assert said in line
    assert not (tmp_path / "delivery").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a;b\n1;2\n", "has semicolons between its columns; save it with commas"),
        ("note\né\n", "is not UTF-8; save it as CSV UTF-8"),
        ("", "line 1: column source_file is missing"),
    ],
)
def test_what_a_spreadsheet_makes_of_a_mapping_is_told(tmp_path, capsys, text, said):
    (tmp_path / "export").mkdir()
    mapping = tmp_path / "mapping.csv"
    mapping.write_text(text, encoding="cp1252")
    assert main(["map", str(tmp_path / "export"), "--with", str(mapping)]) == 2
    assert said in capsys.readouterr().err


def test_every_slip_is_said_at_once(mapping):
    code, _, err = mapping([*MANIFEST, row("sex", "sexe"), row("born", "brith_date")])
    assert code == 2
    assert [line.split(":")[2] for line in err.splitlines()] == [" line 5", " line 6"]


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("encoding", "utf8000", "encoding: "),
        ("delimiter", ";;", 'delimiter: ";;" is none of'),
        ("decimal_mark", "'", 'decimal_mark: "\'" is none of . ,'),
    ],
)
def test_a_files_setting_that_there_is_not_is_named(mapping, setting, value, said):
    told = row(contract_table="file", contract_column=setting, contract_value=value)
    code, _, err = mapping([*GOOD, told])
    assert code == 2
    assert err.startswith("survival: export.csv: ") and said in err


BORN = row("born", "birth_date", date_format="ISO")
CONSENT = row("", "consent", contract_value="given")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([GOOD[4], GOOD[4]], 'source_value "M" of sex is translated on line 6 too'),
        ([BORN, BORN], "date_format of birth_date is said on line 6 too"),
        ([CONSENT, CONSENT], "patients.consent is said on line 6 too"),
    ],
)
def test_what_is_said_twice_is_refused(mapping, rows, said):
    code, _, err = mapping([*MANIFEST, ID, *rows])
    assert code == 2
    assert err == f"survival: mapping.csv: line 7: {said}\n"


def test_a_table_is_filled_or_empty(mapping):
    code, _, err = mapping([*GOOD, {"contract_table": "patients"}])
    assert code == 2
    assert "mapping.csv: patients is filled, and said to have no record" in err


def test_a_mapping_that_lies_in_the_export_is_no_file_of_it(mapping, tmp_path):
    assert mapping(GOOD, name="export/mapping.csv")[0] == 0
    listed = read_rows(tmp_path / "delivery.not_mapped.csv")
    assert not [row for row in listed if row["kind"] == "file"]


def test_a_column_of_the_mapping_that_there_is_not_is_named(tmp_path, capsys):
    (tmp_path / "export").mkdir()
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("source_file,source_colum,contract_table,contract_column\n")
    assert main(["map", str(tmp_path / "export"), "--with", str(mapping)]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert 'mapping.csv: line 1: "source_colum" is no column of a mapping' in first
    assert 'the nearest is "source_column"' in first
    assert "column source_column is missing" in second


def test_an_export_or_mapping_that_is_not_there_is_said(tmp_path, capsys):
    mapping = str(tmp_path / "mapping.csv")
    assert main(["map", str(tmp_path / "none"), "--with", mapping]) == 2
    assert "none: is no folder" in capsys.readouterr().err
    assert main(["map", str(tmp_path), "--with", mapping]) == 2
    assert "mapping.csv: cannot be read: No such file" in capsys.readouterr().err


def test_the_manifest_is_said_by_rows_or_by_options(mapping, tmp_path):
    rows = [*MANIFEST[:1], *GOOD[3:]]
    code, _, err = mapping(rows)
    assert code == 2
    assert "no row says the delivered_on and the data_cutoff_date" in err
    assert "--delivered-on and --data-cutoff-date" in err
    options = ("--delivered-on", "2018-06-01", "--data-cutoff-date", "2018-05-31")
    assert mapping(rows, *options, "--delivery-id", "d2")[0] == 0
    (told,) = read_rows(tmp_path / "delivery" / "manifest.csv")
    assert (told["delivery_id"], told["delivered_on"]) == ("d2", "2018-06-01")
    assert (told["data_cutoff_date"], told["n_rows"]) == ("2018-05-31", "2")


@pytest.mark.parametrize("day", ["yesterday", "2018-05", "2018-02-30", "2018-5-1"])
def test_a_manifests_day_is_a_day(mapping, day):
    code, _, err = mapping(GOOD, "--delivered-on", day)
    assert code == 2
    assert f'manifest: delivered_on: "{day}" is no date YYYY-MM-DD' in err


def test_a_mapping_that_fills_nothing_writes_nothing(mapping, tmp_path):
    code, _, err = mapping(MANIFEST)
    assert code == 2
    assert "mapping.csv: no row fills a table of the contract" in err
    assert not (tmp_path / "delivery").exists()


def test_nothing_that_stands_is_written_over_without_being_told(mapping, tmp_path):
    assert mapping(GOOD)[0] == 0
    manifest = tmp_path / "delivery" / "manifest.csv"
    before = manifest.read_bytes()
    code, _, err = mapping(GOOD, "--delivery-id", "d2")
    assert code == 2
    assert "delivery: is there already; name another --output, or add" in err
    assert manifest.read_bytes() == before
    assert mapping(GOOD, "--delivery-id", "d2", "--replace")[0] == 0
    assert b"d2" in manifest.read_bytes()
    # What is no delivery is not replaced, whatever is told.
    (tmp_path / "delivery" / "thesis.docx").write_text("")
    code, _, err = mapping(GOOD, "--replace")
    assert code == 2
    assert 'holds "thesis.docx", which no delivery has' in err
    assert (tmp_path / "delivery" / "thesis.docx").exists()


@pytest.mark.parametrize("output", ["export", "export/in/it", ".", "../{}"])
def test_nothing_is_written_into_the_export(mapping, tmp_path, monkeypatch, output):
    monkeypatch.chdir(tmp_path)
    output = output.format(tmp_path.name)
    code, _, err = mapping(GOOD, "--output", output, "--replace")
    assert code == 2
    assert (
        "name the folder to write" if output == "." else "lies in the export"
    ) in err
    assert [path.name for path in (tmp_path / "export").iterdir()] == ["export.csv"]


def test_a_disk_that_takes_nothing_ends_in_one_line(mapping, tmp_path):
    (tmp_path / "taken").write_text("")
    code, out, err = mapping(GOOD, "--output", str(tmp_path / "taken" / "delivery"))
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1 and "taken" in err
