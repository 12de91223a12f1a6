"""The gate alone, for the people who send data."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest
from building.check import FORMATS, Checked, check, printed, tell
from building.quality_page import write_list
from delivery.definitions import PROJECT, seed
from delivery_files import copied, edited
from survival.formatting import escape_formula


@pytest.fixture(scope="module")
def checked(tmp_path_factory) -> Checked:
    """The example with a record of a patient whom nobody delivered."""
    folder = copied(tmp_path_factory.mktemp("check") / "delivery")
    edited(folder, "relapses.csv", lambda text: text + '"=1\x1b[2J",2016,molecular\n')
    return check(folder)


def test_a_delivery_that_may_be_used_is_accepted_with_its_warnings(checked):
    assert checked.is_accepted
    assert any("patient_unknown" in reason for reason in checked.reasons)


@pytest.mark.parametrize("output_format", FORMATS)
def test_every_format_names_the_record(checked, output_format):
    text = printed(checked, output_format=output_format)
    assert "patient_unknown" in text
    assert "secret" not in text
    if output_format == "json":
        (row,) = (
            row
            for row in json.loads(text)["findings"]
            if row["rule_id"] == "patient_unknown"
        )
        assert row["patient_id"] == "=1\x1b[2J"
    if output_format == "csv":
        (row,) = (
            row
            for row in csv.DictReader(io.StringIO(text))
            if row["rule_id"] == "patient_unknown"
        )
        assert row["patient_id"] == "'=1 [2J"
    if output_format == "table":
        assert "\x1b" not in text


def test_a_terminal_is_not_flooded(checked):
    many = replace(checked, findings=checked.findings[:1] * 3_000)
    lines = printed(many, output_format="table").splitlines()
    assert "and 2980 more: --format csv lists all" in lines
    assert len(lines) < 60
    assert len(printed(many, output_format="csv").splitlines()) == 3_001


def test_what_stops_a_delivery_is_printed_first(checked):
    refused = replace(
        checked, is_accepted=False, reasons=("critical: x: y [z]", *checked.reasons)
    )
    lines = printed(refused, output_format="table").splitlines()
    assert lines[0] == "critical: x: y [z]"
    assert lines[-1] == f"delivery {checked.delivery}: refused"


def test_a_delivery_that_cannot_be_read_exits_1_with_its_faults(tmp_path, capsys):
    folder = copied(tmp_path / "delivery")
    (folder / "follow_up.csv").unlink()
    checked = check(folder)
    for output_format in FORMATS:
        assert tell(checked, output_format=output_format) == 1
        assert "required file is missing" in capsys.readouterr().out


def test_a_carriage_return_in_a_value_begins_no_record(tmp_path):
    write_list(tmp_path / "x.csv", ["a", "b"], [["one\rtwo", "three"]])
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["a", "b"], ["one two", "three"]]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", " =1", "\t=1", "\r=1"])
def test_no_cell_of_a_list_is_a_formula(text, tmp_path):
    assert escape_formula(text) == "'" + text.replace("\t", " ").replace("\r", " ")
    write_list(tmp_path / "x.csv", ["a"], [[text]])
    assert "'" in (tmp_path / "x.csv").read_text()


def test_every_fault_of_a_file_is_a_rule_of_the_gate():
    raised = set()
    for path in (PROJECT / "python" / "delivery").glob("*.py"):
        raised.update(
            re.findall(
                r'(?:Fault\(|UnreadableFile\(|_refuse\(folder,)\s*"([a-z0-9_]+)"',
                path.read_text("utf-8"),
            )
        )
        raised.update(
            re.findall(r'\(\s*"((?:column|header)_[a-z]+)",', path.read_text())
        )
    raised |= {"direct_identifier", "unreadable"}
    # An option of a reader.
    raised -= {"column_names"}
    declared = {r["rule_id"] for r in seed("gate_rules") if r["stage"] == "preflight"}
    assert raised == declared
