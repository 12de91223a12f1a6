"""The plain reading is true to itself on many random deliveries."""

from itertools import pairwise

import pytest
from oracle import marts
from oracle.contract import TABLES
from oracle.dates import Delivered
from oracle.delivery import read_delivery
from oracle.follow_up import death, event_date
from oracle.patient import Patient, patients
from oracle.remission import remissions
from random_delivery import write_random_delivery

SEEDS = range(60)
EVALUABLE_ENDS = {
    0: {"hsct", "cytotoxic_therapy", "trial_entry"}
    | {"last_contact", "study_end", "data_cutoff"},
    1: {"death", "relapse", "hsct"},
    2: {"death", "relapse"},
}


@pytest.fixture(scope="module")
def random_marts(tmp_path_factory):
    """The marts of many random deliveries, one in three of them with faults."""
    found = []
    for seed in SEEDS:
        folder = tmp_path_factory.mktemp("random")
        write_random_delivery(
            folder, seed=seed, n_patients=1 + seed % 12, faults=seed % 3 == 0
        )
        found.append((folder, marts(folder)))
    return found


def test_random_deliveries_are_the_same_for_a_seed(tmp_path):
    for name in ("one", "two"):
        write_random_delivery(tmp_path / name, seed=7, n_patients=5, faults=True)
    for table in ("manifest", *TABLES):
        one, two = (
            (tmp_path / n / f"{table}.csv").read_bytes() for n in ("one", "two")
        )
        assert one == two


def test_random_deliveries_without_faults_have_nothing_in_quarantine(random_marts):
    for seed, (folder, _) in zip(SEEDS, random_marts, strict=True):
        quarantined = read_delivery(folder).quarantined
        assert seed % 3 == 0 or not any(quarantined.values())


def _days(value) -> tuple:
    """The first and the last possible day of a delivered date."""
    return (value.first, value.last) if isinstance(value, Delivered) else (value, value)


def _contradictions(patient: Patient):
    """Dates that contradict each other on every possible day (critical findings)."""
    born, died, diagnosed = (
        patient.value(table, column)
        for table, column in (
            ("patients", "birth_date"),
            ("follow_up", "death_date"),
            ("diagnoses", "diagnosis_date"),
        )
    )
    if died and patient.value("follow_up", "vital_status") != "dead":
        yield "death date of a patient not dead"
    for table, columns in TABLES.items():
        for row in patient.rows(table):
            dates = {
                column.name: _days(row[column.name])
                for column in columns
                if column.kind in ("date", "partial") and row[column.name] is not None
            }
            for name, (first, last) in dates.items():
                if name != "death_date" and died and first > died.last:
                    yield f"{row.record} {name} after death"
                if name != "birth_date" and born and last < born.first:
                    yield f"{row.record} {name} before birth"
                is_late = name == "transplant_date" or table == "treatment_cycles"
                if is_late and diagnosed and last < diagnosed.first:
                    yield f"{row.record} {name} before diagnosis"
                if isinstance(row[name], Delivered) and name != "birth_date":
                    bounded = event_date(patient, row[name])
                    if bounded.latest < bounded.earliest:
                        yield f"{row.record} {name} has no possible day"
            start, end = dates.get("start_date"), dates.get("end_date")
            if start and end and end[1] < start[0]:
                yield f"{row.record} ends before it starts"
    if (day := death(patient)) and day.latest < day.earliest:
        yield "no possible day of death"


def test_random_deliveries_hold_no_contradiction(random_marts):
    for folder, _ in random_marts:
        for patient in patients(read_delivery(folder)):
            assert list(_contradictions(patient)) == []


def test_attrition_telescopes(random_marts):
    for _, mart in random_marts:
        steps, cohort = mart["cohort_attrition"], mart["cohort"]
        assert [row["step"] for row in steps] == [1, 2, 3, 4, 5, 6, 7, 8]
        n_in = len(cohort)
        for row in steps:
            left = [p for p in cohort if p["exclusion_step"] == row["step"]]
            assert (row["n_in"], row["n_excluded"]) == (n_in, len(left))
            assert row["n_unknown"] <= row["n_excluded"]
            assert row["n_out"] == n_in - len(left)
            n_in = row["n_out"]
        assert n_in == sum(row["is_included"] for row in cohort)


def test_each_included_patient_has_each_row_once(random_marts):
    endpoints = {"mrd_positive": {"dfs"}, "relapsed_refractory": {"rfs"}}
    for _, mart in random_marts:
        included = {r["patient_id"]: r for r in mart["cohort"] if r["is_included"]}
        expected = {
            (patient_id, endpoint, rule)
            for patient_id, row in included.items()
            for endpoint in {"os", *endpoints[row["disease_group"]]}
            for rule in ("standard", "censored_at_hsct")
        } | {
            (patient_id, endpoint, "standard")
            for patient_id in included
            for endpoint in ("nrm_after_hsct", "time_to_hsct")
        }
        found = [
            (row["patient_id"], row["endpoint"], row["censoring_rule"])
            for row in mart["time_to_event"]
        ]
        assert sorted(found) == sorted(expected)
        for name, n_each in (("responses", 2), ("transplant_outcomes", 1)):
            assert len(mart[name]) == n_each * len(included)


def test_each_time_has_one_end_or_one_reason(random_marts):
    for _, mart in random_marts:
        cohort = {row["patient_id"]: row for row in mart["cohort"]}
        for row in mart["time_to_event"]:
            if not row["is_evaluable"]:
                assert row["not_evaluable_reason"]
                assert row["status"] is row["end_date"] is row["ended_by"] is None
                continue
            end = cohort[row["patient_id"]]["follow_up_end_date"]
            assert row["not_evaluable_reason"] is None
            assert row["ended_by"] in EVALUABLE_ENDS[row["status"]]
            assert row["origin_date"] <= row["end_date"] <= end
            assert row["time_days"] == (row["end_date"] - row["origin_date"]).days
            has_record = row["ended_by"] not in ("study_end", "data_cutoff")
            assert (row["source_record"] is not None) == has_record


def test_censoring_at_transplant_only_shortens(random_marts):
    for _, mart in random_marts:
        times = {
            (row["patient_id"], row["endpoint"], row["censoring_rule"]): row
            for row in mart["time_to_event"]
            if row["is_evaluable"]
        }
        for (patient_id, endpoint, rule), row in times.items():
            standard = times.get((patient_id, endpoint, "standard"))
            if rule == "standard" or standard is None:
                continue
            assert row["time_days"] <= standard["time_days"]
            if row["ended_by"] != "hsct":
                assert row == standard | {"censoring_rule": rule}


def test_remissions_follow_one_another(random_marts):
    for folder, mart in random_marts:
        included = {r["patient_id"] for r in mart["cohort"] if r["is_included"]}
        for patient in patients(read_delivery(folder)):
            if patient.patient_id not in included:
                continue
            spells = remissions(patient)
            for spell in spells:
                assert spell.first_day <= spell.last_day
            for spell, following in pairwise(spells):
                assert spell.relapse.day < following.first_day


def test_random_deliveries_reach_every_outcome(random_marts):
    rows = [row for _, mart in random_marts for row in mart["time_to_event"]]
    ends = {(row["status"], row["ended_by"]) for row in rows if row["is_evaluable"]}
    assert ends == {(s, end) for s, names in EVALUABLE_ENDS.items() for end in names}
    assert {row["not_evaluable_reason"] for row in rows} == {
        *(None, "record_in_quarantine", "record_missing", "no_remission"),
        *("no_response", "hsct_date_missing", "no_hsct", "event_date_missing"),
        "not_in_remission_at_hsct",
    }
    steps = {r["exclusion_step"] for _, mart in random_marts for r in mart["cohort"]}
    assert steps == {None, 1, 2, 3, 4, 5, 6, 7, 8}
    responses = [row for _, mart in random_marts for row in mart["responses"]]
    assert {row["best_remission"] for row in responses} == {
        *("cr", "crh", "cri", "none", None)
    }
    assert {row["mrd_response"] for row in responses} == {
        *("complete_mrd_response", "mrd_response", "persistent_mrd"),
        *("mrd_relapse", None),
    }
