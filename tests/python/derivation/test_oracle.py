"""The plain reading of the protocol, worked by hand."""

import csv
from datetime import date
from pathlib import Path

import pytest
from oracle import marts
from oracle.contract import TABLES
from oracle.dates import delivered_date, middle_day, resolve
from oracle.delivery import read_delivery
from random_delivery import write_delivery

EDGES = Path(__file__).parents[2] / "deliveries" / "edges"
EDGE_MARTS = {
    "cohort": 1,
    "responses": 2,
    "time_to_event": 3,
    "transplant_outcomes": 1,
    "survival_strata": 2,
}
CUTOFF = date(2017, 12, 10)

# A patient in relapse on 2016-03-01, in CR on day 30, alive a year later.
PATIENT = """
patients p S01 FR female 1970-01-01 given yes
diagnoses p b_all 2015-01-01
genetic_findings p 2015-01-02 bcr_abl1 fish negative
disease_status p 2016-03-01 relapsed_refractory relapsed
treatment_cycles p blinatumomab 1 expanded_access 2016-03-01 2016-03-28
marrow_assessments p 2016-03-31 2
blood_counts p 2016-03-31 150 2
"""
ALIVE = "follow_up p 2017-03-01 alive . . ."


def _mart(folder: Path, *rows: str, mart: str = "time_to_event", **where) -> dict:
    """The one row of a mart that a delivery of these rows gives ('.' is empty)."""
    lines: dict[str, list[list[str]]] = {table: [] for table in TABLES}
    for row in "\n".join(rows).split("\n"):
        if row:
            table, *cells = row.split()
            lines[table].append(["" if cell == "." else cell for cell in cells])
    write_delivery(folder, lines, data_cutoff_date=CUTOFF)
    (found,) = [
        row
        for row in marts(folder)[mart]
        if all(row[column] == value for column, value in where.items())
    ]
    return found


def _time(folder: Path, endpoint: str, *rows: str, rule: str = "standard") -> tuple:
    row = _mart(folder, *rows, endpoint=endpoint, censoring_rule=rule)
    if not row["is_evaluable"]:
        return (row["not_evaluable_reason"],)
    return row["time_days"], row["status"], row["ended_by"], row["source_record"]


def test_month_becomes_the_fifteenth_inside_its_bounds():
    def day(text, **bounds):
        return resolve(
            delivered_date(text), data_cutoff_date=date(2017, 12, 10), **bounds
        ).day

    assert day("2016-03") == date(2016, 3, 15)
    assert day("2016-03", not_before=date(2016, 3, 20)) == date(2016, 3, 20)
    assert day("2016-03", not_after=date(2016, 3, 4)) == date(2016, 3, 4)
    assert day("2017-12") == date(2017, 12, 10)
    assert day("2018-01") is None
    assert day("2016") is None
    # 1 to 31 December are 31 days, 30 November to 31 December one too many.
    assert day("2016", not_before=date(2016, 12, 1)) == date(2016, 12, 16)
    assert day("2016", not_before=date(2016, 11, 30)) is None
    assert middle_day(date(2016, 1, 1), date(2016, 1, 4)) == date(2016, 1, 2)


def test_relapse_then_death_is_the_relapse(tmp_path):
    relapse = "relapses p 2016-06-09 haematological"
    dead = "follow_up p 2016-06-09 dead 2016-06-09 relapse ."
    row = _time(tmp_path, "rfs", PATIENT, relapse, dead)
    assert row == (70, 1, "relapse", "relapses:2")


def test_relapse_on_the_first_day_of_remission_is_no_event(tmp_path):
    relapse = "relapses p 2016-03-31 haematological"
    row = _time(tmp_path, "rfs", PATIENT, relapse, ALIVE)
    assert row == (335, 0, "last_contact", "follow_up:2")


@pytest.mark.parametrize(
    ("endpoint", "rule", "expected"),
    [
        ("os", "standard", (40, 1, "death", "follow_up:2")),
        ("os", "censored_at_hsct", (40, 1, "death", "follow_up:2")),
        ("nrm_after_hsct", "standard", (0, 1, "death", "follow_up:2")),
        ("time_to_hsct", "standard", (10, 1, "hsct", "transplants:2")),
    ],
)
def test_death_on_the_day_of_transplant(tmp_path, endpoint, rule, expected):
    hsct = "transplants p 2016-04-10 allogeneic related"
    dead = "follow_up p 2016-04-10 dead 2016-04-10 infection ."
    assert _time(tmp_path, endpoint, PATIENT, hsct, dead, rule=rule) == expected


@pytest.mark.parametrize(
    ("endpoint", "rule", "expected"),
    [
        ("os", "standard", ("event_date_missing",)),
        ("os", "censored_at_hsct", (40, 0, "hsct", "transplants:2")),
        ("rfs", "standard", ("event_date_missing",)),
        ("nrm_after_hsct", "standard", ("event_date_missing",)),
        ("time_to_hsct", "standard", (10, 1, "hsct", "transplants:2")),
    ],
)
def test_undated_death_leaves_what_it_decides(tmp_path, endpoint, rule, expected):
    hsct = "transplants p 2016-04-10 allogeneic related"
    dead = "follow_up p 2016-06-01 dead . . ."
    assert _time(tmp_path, endpoint, PATIENT, hsct, dead, rule=rule) == expected


def test_undated_death_of_one_seen_at_the_end_is_censored_there(tmp_path):
    dead = "follow_up p 2017-12-10 dead . . ."
    row = _time(tmp_path, "os", PATIENT, dead)
    assert row == (649, 0, "data_cutoff", None)


def test_last_contact_after_the_cutoff_shows_a_partial_death_to_be_after_it(tmp_path):
    dead = "follow_up p 2017-12-20 dead 2017-12 . ."
    row = _time(tmp_path, "os", PATIENT, dead)
    assert row == (649, 0, "data_cutoff", None)


def test_assessment_after_the_cutoff_bounds_no_relapse(tmp_path):
    relapse = "relapses p 2017-12 haematological"
    marrow = "marrow_assessments p 2017-12-20 2"
    row = _time(tmp_path, "rfs", PATIENT, relapse, marrow, ALIVE)
    assert row == (610, 1, "relapse", "relapses:2")


def test_undated_relapse_decides_nothing_if_death_ends_the_first_day(tmp_path):
    relapse = "relapses p . haematological"
    dead = "follow_up p 2016-03-31 dead 2016-03-31 relapse ."
    row = _time(tmp_path, "rfs", PATIENT, relapse, dead)
    assert row == (0, 1, "death", "follow_up:2")
    row = _time(tmp_path, "rfs", PATIENT, relapse, ALIVE)
    assert row == ("event_date_missing",)


def test_salvage_lines_of_one_day_are_told_by_the_line_of_the_file(tmp_path):
    lines = (
        "therapy_lines p 2 salvage 2016-05-01 . . .",
        "therapy_lines p 1 salvage 2016-05-01 . . .",
    )
    row = _time(tmp_path, "time_to_hsct", PATIENT, *lines, ALIVE)
    assert row == (31, 0, "cytotoxic_therapy", "therapy_lines:2")


def test_record_after_last_contact_moves_it(tmp_path):
    line = "medications p drug 2017-04 steroid ."
    row = _time(tmp_path, "os", PATIENT, ALIVE, line)
    assert row == (396, 0, "last_contact", "medications:2")


def test_transplant_that_may_be_before_index_has_no_place(tmp_path):
    hsct = "transplants p 2016-03 allogeneic related"
    rows = PATIENT, hsct, ALIVE
    assert _time(tmp_path, "os", *rows)[2] == "last_contact"
    for endpoint in ("nrm_after_hsct", "time_to_hsct"):
        assert _time(tmp_path, endpoint, *rows) == ("hsct_date_missing",)
    row = _time(tmp_path, "os", *rows, rule="censored_at_hsct")
    assert row == ("hsct_date_missing",)


@pytest.mark.parametrize(
    ("blood", "grade"),
    [
        ("100.1 1.1", "cr"),
        ("100 1.1", "crh"),
        ("50.1 0.6", "crh"),
        ("50 1.1", "cri"),
        ("100.1 .", "cri"),
        ("50 1", "none"),
        ("50 .", None),
        (". 0.6", None),
    ],
)
def test_grade_is_the_best_that_the_known_counts_prove(tmp_path, blood, grade):
    patient = PATIENT.replace("150 2", blood)
    row = _mart(tmp_path, patient, ALIVE, mart="responses", response_window="cycle_1")
    assert row["best_remission"] == grade


def test_extramedullary_yes_on_any_stands_until_no_on_any(tmp_path):
    found = "extramedullary_assessments p 2016-02-01 any yes"
    cleared = "extramedullary_assessments p 2016-04-07 {} no"
    for site, grade in (("cns", "none"), ("any", "cr")):
        row = _mart(
            tmp_path,
            *(PATIENT, ALIVE, found, cleared.format(site)),
            mart="responses",
            response_window="cycle_1",
        )
        assert row["best_remission"] == grade


def test_mrd_sample_counts_from_seven_days_before_the_remission(tmp_path):
    sample = "mrd_assessments p 2016-03-{} pcr 0.0001 undetectable ."
    for day, response in ((23, None), (24, "complete_mrd_response")):
        row = _mart(
            tmp_path,
            *(PATIENT, ALIVE, sample.format(day)),
            mart="responses",
            response_window="cycle_1",
        )
        assert row["mrd_response"] == response


@pytest.mark.parametrize(
    ("began", "n_before_index", "best_remission"),
    [
        ("2016-02-29", 1, "cr"),
        # The index date itself: the index drug's own line.
        ("2016-03-01", 0, "cr"),
        ("2016-03-02", 0, None),
        # The index date is one of its possible days, and not the only one.
        ("2016-03", 0, None),
    ],
)
def test_salvage_line_of_the_index_date_alone_is_the_index_drugs_own(
    tmp_path, began, n_before_index, best_remission
):
    rows = PATIENT, ALIVE, f"therapy_lines p 1 salvage {began} . . ."
    window = {"mart": "responses", "response_window": "two_cycles"}
    assert _mart(tmp_path, *rows, **window)["best_remission"] == best_remission
    row = _mart(tmp_path, *rows, mart="baseline_characteristics")
    assert row["n_salvage_lines"] == n_before_index


@pytest.mark.parametrize(
    ("broken", "endpoint", "expected"),
    [
        ("relapses p N/A haematological", "rfs", "record_in_quarantine"),
        ("relapses p N/A haematological", "os", None),
        (
            "transplants p 2016-04-10 syngeneic .",
            "time_to_hsct",
            "record_in_quarantine",
        ),
        ("transplants p 2016-04-10 syngeneic .", "rfs", None),
        ("marrow_assessments p 2016-05-01 12,7", "rfs", "record_in_quarantine"),
        ("marrow_assessments p 2016-03-01 12,7", "rfs", None),
        ("medications p drug N/A cytotoxic .", "time_to_hsct", "record_in_quarantine"),
        ("blood_counts p 2016-05-01 12,7 .", "rfs", None),
        ("follow_up p 2017-03-01 dead . . .", "os", "record_in_quarantine"),
    ],
)
def test_quarantined_row_decides_where_its_table_does(
    tmp_path, broken, endpoint, expected
):
    row = _mart(
        tmp_path,
        *(PATIENT, ALIVE, broken),
        endpoint=endpoint,
        censoring_rule="standard",
    )
    assert row["not_evaluable_reason"] == expected


def test_copies_collapse_and_doubled_keys_go_into_quarantine(tmp_path):
    rows = "blood_counts p 2016-05-01 {} ."
    _mart(
        tmp_path,
        *(PATIENT, ALIVE, rows.format(7), rows.format(7)),
        *(rows.format(8), "blood_counts stranger 2016-05-01 7 ."),
        mart="cohort",
    )
    delivery = read_delivery(tmp_path)
    assert [row.line for row in delivery.accepted["blood_counts"]] == [2]
    assert [row.line for row in delivery.quarantined["blood_counts"]] == [3, 5, 6]


@pytest.mark.parametrize("mart", EDGE_MARTS)
def test_edges_are_read_as_they_were_by_hand(mart):
    with (EDGES / "expected" / f"{mart}.csv").open(newline="") as file:
        by_hand = list(csv.DictReader(file))
    # The reason's wording is the folder's own; the step is the rule.
    columns = [name for name in by_hand[0] if name != "exclusion_reason"]
    read = [
        [_text(row[name]) for name in columns]
        for row in marts(EDGES / "delivery")[mart]
    ]
    expected = [[row[name] for name in columns] for row in by_hand]
    assert sorted(read) == sorted(expected)


def _text(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
