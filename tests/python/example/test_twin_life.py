"""The example delivery looks like a chart abstraction, and exercises the rules."""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from oracle import marts

DELIVERIES = Path(__file__).resolve().parents[3] / "dbt_project" / "deliveries"
EXAMPLE = DELIVERIES / "example"
sys.path.insert(0, str(DELIVERIES))

from twin.build import write_charts  # noqa: E402

# terms of the delivery contract, by table and column
TERMS = {
    ("patients", "sex"): "female male unknown",
    ("patients", "consent"): "given waived refused unknown",
    ("patients", "record_available"): "yes no",
    ("diagnoses", "diagnosis"): "b_all t_all mpal other",
    (
        "genetic_findings",
        "marker",
    ): "bcr_abl1 kmt2a t315i complex_karyotype other",
    ("genetic_findings", "method"): "karyotype fish pcr other",
    ("genetic_findings", "result"): "positive negative unknown",
    ("therapy_lines", "line_type"): "frontline salvage",
    ("therapy_lines", "best_response"): "cr crh cri pr refractory unknown",
    ("disease_status", "disease_group"): "mrd_positive relapsed_refractory",
    (
        "disease_status",
        "disease_status",
    ): "persistent_mrd mrd_relapse relapsed refractory",
    (
        "treatment_cycles",
        "access_program",
    ): "expanded_access commercial clinical_trial",
    ("extramedullary_assessments", "site"): "cns testis other any",
    ("extramedullary_assessments", "involvement"): "yes no unknown",
    ("mrd_assessments", "technique"): "flow_cytometry pcr",
    (
        "mrd_assessments",
        "result",
    ): "undetectable below_quantifiable quantifiable not_evaluable",
    ("relapses", "relapse_type"): "haematological extramedullary molecular",
    ("transplants", "transplant_type"): "allogeneic autologous",
    (
        "transplants",
        "donor_type",
    ): "related unrelated haploidentical cord_blood",
    (
        "medications",
        "drug_class",
    ): "tyrosine_kinase_inhibitor cytotoxic conditioning steroid intrathecal other",
    ("follow_up", "vital_status"): "alive dead lost",
    (
        "follow_up",
        "death_cause",
    ): "relapse transplant_related infection toxicity other unknown",
}


def rows(table: str) -> list[dict[str, str]]:
    with (EXAMPLE / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def derived() -> dict[str, list[dict]]:
    return marts(EXAMPLE)


@pytest.fixture(scope="module")
def charts() -> dict:
    return {chart.patient_id: chart for chart in write_charts(1)}


@pytest.mark.parametrize(("table", "column"), TERMS)
def test_every_term_occurs(table, column):
    found = {row[column] for row in rows(table)}
    assert set(TERMS[table, column].split()) - found == set()


def test_every_attrition_step_has_patients_and_253_come_to_the_last(derived):
    steps = derived["cohort_attrition"]
    assert [step["step"] for step in steps] == list(range(1, 9))
    assert all(step["n_excluded"] > 0 for step in steps)
    last = steps[-1]
    assert (last["n_in"], last["n_excluded"], last["n_out"]) == (253, 4, 249)


def test_the_protocol_derives_the_courses_that_were_intended(derived, charts):
    origins = {r["patient_id"]: r["index_date"] for r in derived["cohort"]}
    checked = Counter()
    for row in derived["time_to_event"]:
        course = charts[row["patient_id"]].course
        if row["endpoint"] not in ("os", "dfs") or row["censoring_rule"] != "standard":
            continue
        relapse = course.relapse_day if row["endpoint"] == "dfs" else None
        if course.has_undated_death and relapse is None:
            assert row["not_evaluable_reason"] == "event_date_missing"
            continue
        day = course.end_day if relapse is None else relapse
        status = int(relapse is not None or course.is_dead)
        assert (row["time_days"], row["status"]) == (day, status), row["patient_id"]
        checked[row["endpoint"]] += 1
    assert checked == {"os": 247, "dfs": 108}
    for row in derived["responses"]:
        course = charts[row["patient_id"]].course
        if row["response_window"] != "two_cycles" or not course.is_responder:
            continue
        kind = "mrd_response_date" if course.is_mrd_pos else "remission_date"
        found = (row[kind] - origins[row["patient_id"]]).days
        assert found == course.response_day, row["patient_id"]


def test_every_reason_to_stop_following_occurs(derived):
    reasons = Counter(row["follow_up_end_reason"] for row in derived["cohort"])
    assert {"death", "trial_entry", "last_contact", "study_end"} <= set(reasons)
    assert reasons["study_end"] > 50


def test_at_least_half_of_the_relapses_are_seen_in_a_marrow(charts):
    blasts = {
        (r["patient_id"], r["assessment_date"])
        for r in rows("marrow_assessments")
        if r["blast_percent"] and float(r["blast_percent"]) > 5
    }
    relapsed = [c for c in charts.values() if c.course.relapse_day is not None]
    seen = sum(
        (c.patient_id, c.on(c.course.relapse_day).isoformat()) in blasts
        for c in relapsed
    )
    assert seen >= len(relapsed) / 2


def test_responders_have_three_assessments_on_average(charts):
    n_marrows = Counter(r["patient_id"] for r in rows("marrow_assessments"))
    responders = [c.patient_id for c in charts.values() if c.course.is_responder]
    assert sum(n_marrows[p] for p in responders) >= 3 * len(responders)


def test_grades_gradability_and_lost_responses_occur(derived):
    two = [r for r in derived["responses"] if r["response_window"] == "two_cycles"]
    assert {"cr", "crh", "cri", "none", None} <= {r["best_remission"] for r in two}
    assert {
        "complete_mrd_response",
        "mrd_response",
        "persistent_mrd",
        "mrd_relapse",
    } <= {r["mrd_response"] for r in two}
    assert any(r["mrd_response_lost_date"] for r in two)
    assert any(
        r["best_remission_date"]
        and r["remission_date"]
        and r["best_remission_date"] > r["remission_date"]
        for r in two
    )


def test_reasons_why_times_are_left_out_occur(derived):
    reasons = {r["not_evaluable_reason"] for r in derived["time_to_event"]}
    assert {
        "no_remission",
        "no_response",
        "no_hsct",
        "event_date_missing",
        "not_in_remission_at_hsct",
    } <= reasons


def test_assays_that_do_not_count_occur():
    samples = rows("mrd_assessments")
    assert any(not r["sensitivity"] for r in samples)
    assert any(r["sensitivity"] == "0.001" for r in samples)
    assert any(r["result"] == "quantifiable" and not r["mrd_level"] for r in samples)
    levels = [float(r["mrd_level"]) for r in samples if r["mrd_level"]]
    assert min(levels) < 1e-4 < max(levels) <= 1


def test_counts_are_plausible():
    for row in rows("blood_counts"):
        if row["platelets_giga_per_l"]:
            assert 1 <= float(row["platelets_giga_per_l"]) <= 600
        if row["neutrophils_giga_per_l"]:
            assert 0 <= float(row["neutrophils_giga_per_l"]) <= 12
    per_patient: dict[str, set[str]] = defaultdict(set)
    for row in rows("blood_counts"):
        per_patient[row["patient_id"]].add(row["sample_date"])
    assert sum(map(len, per_patient.values())) / len(per_patient) > 4


def test_month_only_and_year_only_deaths_occur():
    lengths = Counter(len(r["death_date"]) for r in rows("follow_up"))
    assert lengths[7] >= 1
    assert lengths[4] >= 1
