"""Files as people send them: what is wrong is told with its likely repair.

Each kind was seen in public bug reports or exported files. What decides by how it is
written never changes a number unnoticed: it is refused, or there is a finding on it.
"""

import re
import unicodedata

import pytest
from delivery.blanks import BLANKS
from delivery.contract import PROJECT, delivery_contract
from gate_corpus import TABLES, assert_no_value_changed, judge, rule_of


def message_of(judged, rule_id: str, table_name: str, column_name: str = "") -> str:
    """The one sentence on a rule, a file and a column."""
    (message,) = (
        message
        for message in judged.messages
        if rule_of(message) == rule_id
        and message.startswith(f"{table_name}: ")
        and column_name in message
    )
    return message


def changed(files, table_name: str, column_name: str, change) -> list[int]:
    """Change a column of some records by their place; the lines that changed."""
    rows = files.read(table_name)
    lines = []
    for n, row in enumerate(rows):
        value = change(n, row[column_name])
        if value is not None and value != row[column_name]:
            row[column_name] = value
            lines.append(n + 2)
    files.write(table_name, rows)
    return lines


# --- Text that decides --------------------------------------------------------------

INDEX_DRUG = (
    "Blinatumomab",
    "BLINATUMOMAB",
    "blinatumo mab",
    "blinatumomab\t",
    "blinatu\u200bmomab",
    "blinatum\u043emab",
    "\uff42linatumomab",
    "Blincyto",
    "Blinatumomab (Blincyto\u00ae), 28 \u00b5g",
    "blinatumumab",
    "blintaumomab",
)


def test_the_index_drug_by_another_spelling_is_refused(gate, sound, files):
    rows = files.read("treatment_cycles")
    firsts = {row["patient_id"]: n for n, row in reversed(list(enumerate(rows)))}
    places = sorted(firsts.values())
    for spelling, place in zip(INDEX_DRUG, places, strict=False):
        rows[place]["drug"] = spelling
    # A no-break space at the end is trimmed like any other, and told.
    rows[places[-1]]["drug"] += "\u00a0"
    files.write("treatment_cycles", rows)
    judged = judge(gate, files, rules=("index_drug_misspelled", "blanks_around_value"))
    found = {n for rule, _, n in judged.findings if rule == "index_drug_misspelled"}
    assert found == {place + 2 for place in places[: len(INDEX_DRUG)]}
    (refusal,) = judged.refusals
    assert refusal.startswith(f"treatment_cycles: {len(INDEX_DRUG)} of {len(rows)} ")
    assert "(taken for blinatumomab)" in refusal
    assert rule_of(refusal) == "index_drug_misspelled"
    trimmed = {row[1] for row in judged.values["treatment_cycles"]} - set(INDEX_DRUG)
    assert trimmed == {"blinatumomab"}
    assert_no_value_changed(judged, sound)


def test_where_nobody_has_the_index_drug_the_delivery_is_refused(gate, files):
    changed(files, "treatment_cycles", "drug", lambda n, value: "other")
    judged = judge(gate, files, rules=("index_absent",))
    (refusal,) = judged.refusals
    assert refusal.startswith("treatment_cycles: No record makes an index date")


def test_a_site_by_another_spelling_is_told(gate, sound, files):
    (site, *_) = sorted(row["site_id"] for row in files.read("patients"))
    accented = unicodedata.normalize("NFD", "Besan\u00e7on")
    spellings = (
        site.lower(),
        site[:2] + "\u2010" + site[3:],
        "Besan\u00e7on",
        accented,
    )
    lines = changed(
        files, "patients", "site_id", lambda n, value: dict(enumerate(spellings)).get(n)
    )
    judged = judge(gate, files, rules=("site_spelled_otherwise",))
    found = {n for rule, _, n in judged.findings if rule == "site_spelled_otherwise"}
    assert len(found) == 3
    assert found <= set(lines)
    # One way of writing a site is as good as another: told, and not refused.
    assert judged.refusals == []
    assert f"taken for {site}" in message_of(
        judged, "site_spelled_otherwise", "patients"
    )


IDS = {
    "blood_counts": lambda value: value.lstrip("0"),
    "marrow_assessments": lambda value: value.lstrip("0") + ".0",
    "mrd_assessments": lambda value: f'="{value}"',
    "medications": lambda value: f"'{value}",
    "therapy_lines": lambda value: f"\u200b{value}x"[:-1].replace("0", "\uff10"),
}


def test_ids_that_went_through_a_spreadsheet_are_told_as_such(gate, sound, files):
    for table_name, spelled in IDS.items():
        changed(files, table_name, "patient_id", lambda n, value, s=spelled: s(value))
    judged = judge(gate, files)
    for table_name in IDS:
        refusal = message_of(judged, "quarantine_share", table_name)
        assert refusal in judged.refusals
        n_records = len(files.read(table_name))
        told = re.match(
            rf"{table_name}: (\d+) of {n_records} records: patient_id: A record is of "
            r"no patient of the patients file \((?:\d+ of them: )?known but for zeros "
            r"in front, \.0 or quotes: the file went through a spreadsheet\), first on "
            r"line \d+\. Export the file from its source, with the ids as text\. ",
            refusal,
        )
        assert told, refusal
    assert_no_value_changed(judged, sound)


# --- Units --------------------------------------------------------------------------

UNITS = {
    ("marrow_assessments", "blast_percent"): (0.01, "multiply by 100"),
    ("blood_counts", "platelets_giga_per_l"): (1000, "divide by 1000"),
    ("blood_counts", "neutrophils_giga_per_l"): (1000, "divide by 1000"),
    ("mrd_assessments", "sensitivity"): (100, "divide by 100"),
    ("mrd_assessments", "mrd_level"): (100, "divide by 100"),
}


def scaled(value: str, factor: float) -> str | None:
    return f"{float(value) * factor:.10g}" if value else None


def test_a_file_in_another_unit_is_refused_with_the_factor(gate, files):
    for (table_name, column_name), (factor, _) in UNITS.items():
        changed(
            files, table_name, column_name, lambda n, value, f=factor: scaled(value, f)
        )
    judged = judge(gate, files, rules=("unit_off",))
    for (table_name, column_name), (_, cure) in UNITS.items():
        message = message_of(judged, "unit_off", table_name, f": {column_name}:")
        assert message in judged.refusals
        assert "(the whole file: " in message
        assert cure in message


def test_a_site_in_another_unit_is_refused_by_its_name(gate, files):
    sites = {row["patient_id"]: row["site_id"] for row in files.read("patients")}
    marrows = files.read("marrow_assessments")
    of_sites = [sites[row["patient_id"]] for row in marrows]
    largest = max(sorted(set(of_sites)), key=of_sites.count)
    changed(
        files,
        "marrow_assessments",
        "blast_percent",
        lambda n, value: scaled(value, 0.01) if of_sites[n] == largest else None,
    )
    judged = judge(gate, files, rules=("unit_off",))
    (refusal,) = judged.refusals
    assert f"(site {largest}: " in refusal


# --- Values that are written otherwise ----------------------------------------------

WRITTEN = {
    ("follow_up", "last_contact_date"): (
        lambda value: f"{value[8:]}/{value[5:7]}/{value[:4]}",
        "last_contact_date is not YYYY-MM-DD (looks like DD/MM/YYYY), first on line 2. "
        "Write dates as YYYY-MM-DD. ",
    ),
    ("blood_counts", "sample_date"): (
        lambda value: f"{value[5:7]}/{value[8:]}/{value[:4]}",
        "sample_date is not YYYY-MM-DD (looks like MM/DD/YYYY), first on line 2. ",
    ),
    ("disease_status", "status_date"): (
        lambda value: value[8:] + "MAR" + value[:4],
        "(looks like DDMONYYYY as SAS prints it), first on line 2. Write dates as "
        "YYYY-MM-DD (SAS format yymmdd10.). ",
    ),
    ("extramedullary_assessments", "assessment_date"): (
        lambda value: "42438",
        "(looks like a spreadsheet's number of days), first on line 2. Give the ",
    ),
    ("mrd_assessments", "sample_date"): (
        lambda value: value + " 00:00:00",
        "(looks like a date with a time of day), first on line 2. Write dates ",
    ),
    ("genetic_findings", "result"): (
        lambda value: value.capitalize(),
        "result is not one of negative, positive, unknown (an allowed term but for "
        "case, accents or blanks), first on line 2. Write the term as it is listed. ",
    ),
    ("patients", "sex"): (
        lambda value: value[0].upper(),
        "sex is not one of female, male, unknown (the beginning of an allowed term), ",
    ),
    ("marrow_assessments", "blast_percent"): (
        lambda value: value.split(".")[0] + ",5",
        "blast_percent is not a number with a decimal point (looks like a decimal "
        "comma), first on line 2. Write decimals with a point. ",
    ),
    ("therapy_lines", "start_date"): (
        lambda value: "N/A",
        "(looks like a word for no value), first on line 2. Leave the field empty. ",
    ),
    ("diagnoses", "diagnosis_date"): (
        lambda value: "2015-02-30",
        "(looks like YYYY-MM-DD without such a day in the calendar), first on line 2. ",
    ),
}


def test_a_refusal_tells_the_column_the_shape_and_the_repair(gate, sound, files):
    for (table_name, column_name), (written, _) in WRITTEN.items():
        changed(
            files, table_name, column_name, lambda n, value, w=written: w(value or "1")
        )
    judged = judge(gate, files)
    for (table_name, _), (_, told) in WRITTEN.items():
        refusal = message_of(judged, "quarantine_share", table_name)
        assert refusal in judged.refusals
        assert re.match(rf"{table_name}: \d+ of \d+ records: ", refusal)
        assert told in refusal
    assert_no_value_changed(judged, sound)


EXPONENTS = {"sensitivity": "-4", "mrd_level": "5"}


def test_mrd_as_an_exponent_or_in_percent_is_told(gate, sound, files):
    for column_name, value in EXPONENTS.items():
        changed(files, "mrd_assessments", column_name, lambda n, _, v=value: v)
    judged = judge(gate, files, rules=("value_out_of_range",))
    for column_name, looks in (
        ("sensitivity", "an exponent of ten"),
        ("mrd_level", "percent"),
    ):
        message = message_of(
            judged, "value_out_of_range", "mrd_assessments", f" {column_name} is"
        )
        assert f"{column_name} is not 0 to 1 (looks like {looks}), first on" in message
    assert_no_value_changed(judged, sound)


def test_a_second_header_is_told_as_one(gate, sound, files):
    lines = {}
    for table_name in ("patients", "relapses"):
        lines[table_name] = len(files.read(table_name)) + 2
        header = ",".join(delivery_contract()[table_name].column_names)
        files.text(table_name, lambda text, h=header: text + h + "\n")
    judged = judge(gate, files, rules=("header_repeated",))
    assert judged.quarantined - sound.quarantined == {
        ("header_repeated", table_name, line) for table_name, line in lines.items()
    }
    assert [rule_of(refusal) for refusal in judged.refusals] == ["header_repeated"] * 2


def test_empty_fields_at_the_end_of_each_record_are_told(gate, files):
    files.text(
        "relapses",
        lambda text: (
            text.split("\n", 1)[0] + "\n" + text.split("\n", 1)[1].replace("\n", ",,\n")
        ),
    )
    judged = judge(gate, files)
    refusal = message_of(judged, "quarantine_share", "relapses")
    assert (
        "(ends in empty fields), first on line 2. Delete the empty columns " in refusal
    )


# --- Blanks -------------------------------------------------------------------------


def test_python_and_sql_take_the_same_characters_for_blanks():
    macro = (PROJECT / "macros" / "blanks.sql").read_text(encoding="utf-8")
    texts = re.findall(r'"((?: |\\u[0-9a-f]{4})+)"', macro)
    assert "".join(texts).encode().decode("unicode-escape") == BLANKS


@pytest.mark.parametrize("table_name", ["treatment_cycles"])
def test_blanks_of_any_kind_around_a_value_are_trimmed_and_told(
    gate, sound, files, table_name
):
    blanks = BLANKS.replace(" ", "")
    names = delivery_contract()[table_name].column_names
    rows = files.read(table_name)
    for n, blank in enumerate(blanks):
        row, name = rows[n], names[n % len(names)]
        row[name] = f"{blank}{row[name]}{blank}"
    files.write(table_name, rows)
    judged = judge(gate, files)
    assert {
        ("blanks_around_value", table_name, n + 2) for n in range(len(blanks))
    } <= judged.findings
    assert {name: len(judged.values[name]) for name in TABLES} == {
        name: len(sound.values[name]) for name in TABLES
    }
    assert sorted(map(str, judged.values[table_name])) == sorted(
        map(str, sound.values[table_name])
    )
