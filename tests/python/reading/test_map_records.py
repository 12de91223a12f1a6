"""How source records become contract rows, and the values in them."""

import csv
from decimal import Decimal
from fractions import Fraction

import pytest
from delivery.contract import delivery_contract
from delivery.mapping.mapping_file import COLUMNS
from delivery.mapping.parts import Cell
from delivery.mapping.values import DateFormat, translated
from delivery_files import read_rows
from exports import write_csv
from hypothesis import given
from hypothesis import strategies as st
from survival.cli import main

MANIFEST = [
    ("", "", "", "manifest", "delivery_id", "d1"),
    ("", "", "", "manifest", "delivered_on", "2018-05-15"),
    ("", "", "", "manifest", "data_cutoff_date", "2018-03-31"),
]
FIELDS = (
    *("source_file", "source_column", "where"),
    *("contract_table", "contract_column", "contract_value", "unit_factor"),
)


@pytest.fixture
def blood(tmp_path):
    """The blood counts of laboratory records, and what is not mapped."""

    def run(records, *rows, table="blood_counts", encoding="utf-8", delimiter=","):
        (tmp_path / "export").mkdir()
        path = tmp_path / "export" / "lb.csv"
        write_csv(path, records, encoding=encoding, delimiter=delimiter)
        told = rows or (
            ("lb", "id", "", "blood_counts", "patient_id"),
            ("lb", "day", "", "blood_counts", "sample_date"),
            ("lb", "n", "test=PLAT", "blood_counts", "platelets_giga_per_l"),
            ("lb", "n", "test=NEUT", "blood_counts", "neutrophils_giga_per_l"),
        )
        with (tmp_path / "m.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            for row in (*MANIFEST, *told):
                writer.writerow(dict(zip(FIELDS, row, strict=False)))
        output = tmp_path / "out"
        argv = ["map", str(tmp_path / "export"), "--with", str(tmp_path / "m.csv")]
        assert main([*argv, "--output", str(output)]) == 0
        found = [tuple(row.values()) for row in read_rows(output / f"{table}.csv")]
        return found, read_rows(tmp_path / "out.not_mapped.csv")

    return run


def test_tests_of_one_day_are_one_row_and_of_two_days_two(blood):
    rows, _ = blood(
        [
            {"id": "7", "day": "2016-03-01", "test": "PLAT", "n": "100"},
            {"id": "7", "day": "2016-03-02", "test": "NEUT", "n": "1.5"},
            {"id": "7", "day": "2016-03-01", "test": "NEUT", "n": "2"},
            {"id": "07", "day": "2016-03-01", "test": "NEUT", "n": "3"},
        ]
    )
    assert rows == [
        ("7", "2016-03-01", "100", "2"),
        ("7", "2016-03-02", "", "1.5"),
        ("07", "2016-03-01", "", "3"),
    ]


def test_a_test_that_comes_twice_is_a_doubled_key_left_to_the_gate(blood):
    day = {"id": "7", "day": "2016-03-01"}
    rows, _ = blood(
        [
            day | {"test": "PLAT", "n": "100"},
            day | {"test": "NEUT", "n": "2"},
            day | {"test": "PLAT", "n": "90"},
        ]
    )
    assert rows == [("7", "2016-03-01", "100", "2"), ("7", "2016-03-01", "90", "2")]


def test_copies_stay_copies_and_an_empty_result_is_a_result(blood):
    day = {"id": "7", "day": "2016-03-01", "test": "PLAT"}
    rows, _ = blood([day | {"n": "100"}, day | {"n": "100"}, day | {"n": ""}])
    assert rows == [
        ("7", "2016-03-01", "100", ""),
        ("7", "2016-03-01", "100", ""),
        ("7", "2016-03-01", "", ""),
    ]


def test_a_record_of_both_tests_is_put_together_with_neither(blood):
    day = {"id": "7", "day": "2016-03-01"}
    rows, _ = blood(
        [
            day | {"test": "PLAT", "n": "100"},
            day | {"test": "NEUT", "n": "2"},
            day | {"test": "BOTH", "n": "90", "m": "3"},
        ],
        ("lb", "id", "", "blood_counts", "patient_id"),
        ("lb", "day", "", "blood_counts", "sample_date"),
        ("lb", "n", "test=PLAT", "blood_counts", "platelets_giga_per_l"),
        ("lb", "n", "test=NEUT", "blood_counts", "neutrophils_giga_per_l"),
        ("lb", "n", "test=BOTH", "blood_counts", "platelets_giga_per_l"),
        ("lb", "m", "test=BOTH", "blood_counts", "neutrophils_giga_per_l"),
    )
    assert [row[2:] for row in rows] == [("100", ""), ("", "2"), ("90", "3")]


def test_a_record_that_gives_the_key_alone_takes_nothing_from_others(blood):
    day = {"id": "7", "day": "2016-03-01"}
    rows, _ = blood(
        [
            day | {"test": "PLAT", "n": "100"},
            day | {"test": "NONE", "n": ""},
            day | {"test": "NEUT", "n": "2"},
        ],
        ("lb", "id", "", "blood_counts", "patient_id"),
        ("lb", "day", "test=PLAT", "blood_counts", "sample_date"),
        ("lb", "day", "test=NEUT", "blood_counts", "sample_date"),
        ("lb", "day", "test=NONE", "blood_counts", "sample_date"),
        ("lb", "n", "test=PLAT", "blood_counts", "platelets_giga_per_l"),
        ("lb", "n", "test=NEUT", "blood_counts", "neutrophils_giga_per_l"),
    )
    assert [row[2:] for row in rows] == [("100", "2"), ("", "")]


def test_a_condition_is_the_same_in_any_order(blood):
    rows, _ = blood(
        [{"id": "7", "day": "2016-03-01", "test": "PLAT", "n": "100"}],
        ("lb", "id", "test=PLAT|NEUT; n!=", "blood_counts", "patient_id"),
        ("lb", "day", " n != ;test=NEUT|PLAT", "blood_counts", "sample_date"),
        ("lb", "n", "n!=;test=PLAT|NEUT;", "blood_counts", "platelets_giga_per_l"),
    )
    assert rows == [("7", "2016-03-01", "100", "")]


@pytest.mark.parametrize("missing", ["id", "day"])
def test_records_without_a_key_are_not_put_together(blood, missing):
    record = {"id": "7", "day": "2016-03-01", missing: ""}
    rows, _ = blood(
        [record | {"test": "PLAT", "n": "100"}, record | {"test": "NEUT", "n": "2"}]
    )
    assert [row[2:] for row in rows] == [("100", ""), ("", "2")]


def test_records_that_give_the_key_alone_stay_as_many_as_they_were(blood):
    table = "lymphocyte_infusions"
    rows, listed = blood(
        [{"id": "7", "day": "2016-03-01", "n": "1"}] * 2,
        ("lb", "id", "", table, "patient_id"),
        ("lb", "day", "n=1", table, "infusion_date"),
        ("lb", "day", "n!=", table, "infusion_date"),
        ("lb", "day", "n=2", table, "infusion_date"),
        table=table,
    )
    assert rows == [("7", "2016-03-01")] * 4
    # A condition that no record meets may be a slip: it is told.
    (unmet,) = (row for row in listed if row["kind"] == "unmet")
    assert (unmet["kind"], unmet["source_column"], unmet["contract_table"]) == (
        *("unmet", "n=2", table),
    )


def test_a_word_that_decides_is_told_where_its_record_gives_nothing_by_it(blood):
    """A death without a date, in a record that gives a patient all the same."""
    death = ("lb", "day", "dead=Y; day!=", "follow_up", "death_date")
    rows, listed = blood(
        [
            {"id": "1", "dead": "Y", "day": "2016-03-01"},
            {"id": "2", "dead": "Y", "day": ""},
            {"id": "3", "dead": "", "day": ""},
        ],
        ("lb", "id", "", "patients", "patient_id"),
        ("lb", "id", "", "follow_up", "patient_id"),
        death,
        table="follow_up",
    )
    assert [row[0] for row in rows] == ["1"]
    (told,) = (row for row in listed if row["kind"] == "condition")
    assert (told["source_line"], told["source_column"], told["n"]) == ("3", "dead", "1")


def test_what_is_left_out_is_known_and_told_as_such(blood):
    left_out = ("lb", "", "test=ALT; n!=", "left_out", "")
    rows, listed = blood(
        [
            {"id": "7", "day": "2016-03-01", "test": "PLAT", "n": "1", "note": "x"},
            {"id": "7", "day": "2016-03-01", "test": "ALT", "n": "2", "note": "y"},
            {"id": "7", "day": "2016-03-01", "test": "ALT", "n": "", "note": ""},
        ],
        ("lb", "id", "", "blood_counts", "patient_id"),
        ("lb", "day", "", "blood_counts", "sample_date"),
        ("lb", "n", "test=PLAT", "blood_counts", "platelets_giga_per_l"),
        left_out,
        ("lb", "note", "", "left_out", ""),
    )
    assert rows == [("7", "2016-03-01", "1", "")]
    told = {
        (row["kind"], row["source_line"], row["source_column"], row["n"])
        for row in listed
        if row["source_file"]
    }
    assert told == {
        ("column_left_out", "", "note", "2"),
        ("record_left_out", "3", "", "1"),
        ("record", "4", "", "1"),
        ("condition", "4", "test", "1"),
    }


def test_no_record_is_lost_or_invented(blood):
    records = [
        {"id": str(n % 3), "day": f"2016-03-0{1 + n % 5}", "test": test, "n": str(n)}
        for n, test in enumerate(["PLAT", "NEUT", "ALT"] * 20)
    ]
    rows, listed = blood(records)
    given = [cell for row in rows for cell in row[2:] if cell]
    wanted = {record["n"] for record in records if record["test"] != "ALT"}
    assert set(given) == wanted
    lines = {int(row["source_line"]) for row in listed if row["kind"] == "record"}
    assert lines == {
        line for line, record in enumerate(records, 2) if record["test"] == "ALT"
    }


def test_windows_text_is_read_where_its_encoding_is_said(blood, tmp_path):
    record = {"id": "Zoë", "day": "2016-03-01", "test": "PLAT", "n": "1,5"}
    rows, _ = blood(
        [record],
        ("lb.csv", "", "", "file", "encoding", "cp1252"),
        ("lb.csv", "", "", "file", "delimiter", "tab"),
        ("lb.csv", "", "", "file", "decimal_mark", ","),
        ("lb.csv", "id", "", "blood_counts", "patient_id"),
        ("lb.csv", "day", "", "blood_counts", "sample_date"),
        ("lb.csv", "n", "", "blood_counts", "platelets_giga_per_l", "", "10"),
        encoding="cp1252",
        delimiter="\t",
    )
    assert rows == [("Zoë", "2016-03-01", "15", "")]
    assert b"Zo\xc3\xab" in (tmp_path / "out" / "blood_counts.csv").read_bytes()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_is_no_part_of_a_name(blood, encoding):
    record = {"id": "7", "day": "2016-03-01", "test": "PLAT", "n": "1"}
    assert blood([record], encoding=encoding)[0] == [("7", "2016-03-01", "1", "")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"id,day,test,n\n7,\xe9,PLAT,1\n",
            "is not utf-8 on line 2; name its encoding",
        ),
        (b"id,day,test,n\n7,PLAT,1\n", "line 2 has 3 fields and the header 4"),
        (b'id,day,test,n\n7,"2016,PLAT,1\n', "the record after line 1 is no CSV"),
        (b"id,day,test,n,n\n", 'column "n" stands twice'),
        (b"", "has no header"),
        ("id,day,test,n\n".encode("utf-16-le"), "has a NUL character; is it UTF-16?"),
    ],
)
def test_an_export_that_cannot_be_read_is_said_in_one_line(
    blood, tmp_path, capsys, content, said
):
    blood([{"id": "7", "day": "", "test": "PLAT", "n": ""}])
    capsys.readouterr()
    (tmp_path / "export" / "lb.csv").write_bytes(content)
    argv = ["map", str(tmp_path / "export"), "--with", str(tmp_path / "m.csv")]
    assert main([*argv, "--output", str(tmp_path / "other")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"survival: lb.csv: {said}")


@pytest.mark.parametrize(
    ("said", "text", "iso"),
    [
        ("ISO", "2016-03-09", "2016-03-09"),
        ("ISO", "2016-03", "2016-03"),
        ("ISO", "2016", "2016"),
        ("ISO", "2016-03-09T23:59:30+02:00", "2016-03-09"),
        ("ISO", "2016---09", None),
        ("ISO", "--03-09", None),
        ("ISO", "2016-3-9", None),
        ("ISO", "2016-02-30", None),
        ("DD/MM/YYYY", "09/03/2016", "2016-03-09"),
        ("DD/MM/YYYY", "09/03/2016 08:15", "2016-03-09"),
        ("DD/MM/YYYY", "UN/03/2016", "2016-03"),
        ("DD/MM/YYYY", "UN/UN/2016", "2016"),
        ("DD/MM/YYYY", "09/UN/2016", None),
        ("DD/MM/YYYY", "31/04/2016", None),
        ("DD/MM/YYYY", "2016-03-09", None),
        ("MM/DD/YYYY", "03/09/2016", "2016-03-09"),
        ("DDMONYYYY", "09mar2016", "2016-03-09"),
        ("DD-MON-YYYY", "UNK-UNK-2016", "2016"),
        ("DD-MON-YYYY", "09-MAI-2016", None),
        ("MM.YYYY", "03.2016", "2016-03"),
        ("SAS", "20522", "2016-03-09"),
        ("SAS", "-1", "1959-12-31"),
        ("SAS", "20522.5", None),
        ("SAS", "-800000", None),
        ("ISO", "٢٠١٦", None),
    ],
)
def test_dates_become_iso_as_far_as_they_are_known(said, text, iso):
    found = DateFormat.parse(said).iso(text)
    assert (found and found[0]) == iso


@pytest.mark.parametrize("said", ["DD/MM/YY", "DD/MM", "YYYY-YYYY", "DD YYYY", "date"])
def test_a_date_format_that_could_be_read_in_two_ways_is_refused(said):
    with pytest.raises(ValueError, match="is no date format"):
        DateFormat.parse(said)


PLATELETS = delivery_contract()["blood_counts"].columns[2]


def quantity(text: str, factor: str | None, mark: str = ".") -> tuple[str, str]:
    """A platelet count times a factor, and how it came about."""
    cell = Cell(PLATELETS, "n", unit_factor=Decimal(factor) if factor else None)
    value = translated(cell, text, decimal_mark=mark, known_terms=frozenset())
    return value.text, value.how


@pytest.mark.parametrize(
    ("text", "factor", "expected"),
    [
        ("0.1", "3", ("0.3", "factor")),
        ("2300", "0.001", ("2.3", "factor")),
        ("1e3", "1E-9", ("0.000001", "factor")),
        ("0", "0.001", ("0", "factor")),
        ("<10", "0.001", ("<10", "no_number")),
        ("12,7", "0.001", ("12,7", "no_number")),
        ("1.234.567", "1", ("1.234.567", "no_number")),
        ("12,7", None, ("12,7", "as_delivered")),
        ("1.20", None, ("1.20", "as_delivered")),
        ("", "0.001", ("", "empty")),
    ],
)
def test_a_unit_factor_is_exact_and_leaves_what_is_no_number(text, factor, expected):
    assert quantity(text, factor) == expected


def test_a_word_is_translated_as_it_is_spelled():
    cell = Cell(PLATELETS, "n", terms={"ND": "", "1": "2"})
    for text, expected in (("ND", ("", "term")), (" ND", (" ND", "as_delivered"))):
        value = translated(cell, text, decimal_mark=".", known_terms=frozenset())
        assert (value.text, value.how) == expected


def test_a_decimal_comma_is_one_only_where_the_map_says_so():
    assert quantity("12,7", None, ",") == ("12.7", "decimal_mark")
    assert quantity("12.7", "2", ",") == ("12.7", "no_number")


@given(
    st.decimals(-(10**9), 10**9, allow_nan=False, places=7),
    st.decimals("0.0000001", 10**6, allow_nan=False, places=7),
)
def test_no_product_is_rounded(number, factor):
    text, how = quantity(format(number, "f"), format(factor, "f"))
    assert how == "factor"
    assert Fraction(text) == Fraction(number) * Fraction(factor)
