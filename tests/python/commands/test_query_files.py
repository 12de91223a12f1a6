"""What a site gets: its own questions, in order, and nothing that runs."""

import csv
import io
import re
import zipfile
from xml.etree import ElementTree

import pytest
from delivery.contract import delivery_contract
from survival import Warehouse
from survival.cli import main
from survival.formatting import FORMULA
from survival.queries import COLUMNS, FORMATS, open_questions

TEXT = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ATTACKS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "<b>&\x0b"]


def cells(content: bytes) -> list[list[str]]:
    """The cells of a workbook, each a text and no formula, by a plain XML reader."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    assert list(sheet.iter(f"{TEXT}f")) == []
    found = []
    for row in sheet.iter(f"{TEXT}row"):
        by_letter = {
            re.sub(r"\d", "", cell.get("r")): cell.find(f"{TEXT}is/{TEXT}t").text
            for cell in row
            if cell.get("t") == "inlineStr"
        }
        assert len(by_letter) == len(row)
        found.append([by_letter.get(letter, "") for letter in "ABCDEFG"])
    return found


@pytest.fixture(scope="module")
def questions(example):
    with Warehouse(example.warehouse) as warehouse:
        return open_questions(warehouse, site="IT-01")


def test_a_site_gets_its_own_questions_the_most_important_first(example, questions):
    with Warehouse(example.warehouse) as warehouse:
        rows = warehouse.records("queries")
        every = open_questions(warehouse)
    by_id = {row["query_id"]: row for row in rows}
    assert len(every) == len(by_id)
    assert {row["query_id"] for row in rows if row["site_id"] == "IT-01"} == {
        query_id for query_id, *_ in questions
    }
    ranks = [by_id[query_id]["query_rank"] for query_id, *_ in questions]
    assert ranks == sorted(ranks)
    assert questions[0][1:] == (
        "08867",
        "follow_up: patient_id=08867",
        "A patient is dead without a date; death_date: empty",
        "On which day did the patient die?",
        "",
        "",
    )


def test_the_columns_are_those_of_the_contract():
    contract = delivery_contract()["query_answers"]
    assert contract.column_names == COLUMNS
    assert not contract.required


def test_each_format_holds_the_same_cells(questions):
    read = list(csv.reader(io.StringIO(FORMATS["csv"](questions, title="").decode())))
    assert read == [list(COLUMNS), *map(list, questions)]
    assert cells(FORMATS["xlsx"](questions, title="IT-01: a/b")) == read
    page = FORMATS["html"](questions, title="IT-01").decode()
    assert all(query_id in page for query_id, *_ in questions)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_begins_as_a_formula_does(attack):
    rows = [(attack,) * len(COLUMNS)]
    text = FORMATS["csv"](rows, title="").decode()
    read = list(csv.reader(io.StringIO(text, newline="")))
    for header, row in (read, cells(FORMATS["xlsx"](rows, title=attack))):
        assert header == list(COLUMNS)
        assert len(row) == len(COLUMNS)
        assert [
            cell
            for cell in row
            if cell[:1] in ("\t", "\r") or cell.lstrip()[:1] in FORMULA
        ] == []
    assert "<b>" not in FORMATS["html"](rows, title=attack).decode().split("<main")[-1]


def test_the_command_prints_the_file(example, questions, capfdbinary):
    given = ["--warehouse", str(example.warehouse), "--site", "IT-01"]
    for name, printer in FORMATS.items():
        assert main(["queries", *given, "--format", name]) == 0
        title = "Questions to IT-01, neuf-synthetic-twin-1"
        printed = capfdbinary.readouterr()
        assert printed.out == printer(questions, title=title)
        assert printed.err == b"%d questions\n" % len(questions)
    assert main(["queries", *given[:2], "--site", "S99"]) == 2
    assert b"survival: no patient is of site 'S99'; there are " in (
        capfdbinary.readouterr().err
    )
