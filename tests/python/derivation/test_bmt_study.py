"""The study `bmt`, real patients: built from rows alone, it equals R's survival."""

import csv
import math
import os
import re
import runpy
from pathlib import Path

import duckdb
import pytest
from dbt_builds import PROJECT
from survival.cli import main

REFERENCE = PROJECT / "tests" / "data" / "bmt" / "study_reference.csv"
STATISTICS = {
    "median_days": ("median_days", 1),
    "survival": ("survival_percent", 100),
    "incidence": ("cumulative_incidence_percent", 100),
    "competing_incidence": ("competing_incidence_percent", 100),
}


@pytest.fixture(scope="module")
def marts(bmt_study):
    with duckdb.connect(str(bmt_study.warehouse), read_only=True) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


def reference() -> list[dict[str, str]]:
    with REFERENCE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def original() -> dict[str, dict[str, str]]:
    """The patients of the source, by the pseudonym that the delivery gives them."""
    with (PROJECT / "tests/data/bmt/original.csv").open(newline="") as file:
        return {f"{n:03d}": row for n, row in enumerate(csv.DictReader(file), start=1)}


def test_the_delivery_is_the_one_that_its_script_writes(tmp_path: Path):
    deliveries = PROJECT / "dbt_project" / "deliveries"
    script = runpy.run_path(str(deliveries / "bmt.py"))
    written = script["delivery"](script["SOURCE"])
    assert sorted(written) == sorted(os.listdir(deliveries / "bmt"))
    for name, text in written.items():
        assert (deliveries / "bmt" / name).read_bytes() == text, name


def test_every_statistic_is_the_one_of_r(marts):
    found = {
        (analysis, stratum, statistic, month): values
        for analysis, stratum, statistic, month, *values in marts.execute(
            "select analysis_id, stratum, statistic, at_month, estimate, std_error, "
            "ci_low, ci_high, n, n_event, n_competing from survival_summary"
        ).fetchall()
    }
    for row in reference():
        statistic, scale = STATISTICS[row["statistic"]]
        month = int(row["at_month"]) if row["at_month"] else None
        key = (row["analysis_id"], row["stratum"], statistic, month)
        estimate, std_error, low, high, n, n_event, n_competing = found[key]
        events = n_competing if row["statistic"].startswith("competing") else n_event
        assert (n, events) == (int(row["n"]), int(row["n_event"])), key
        assert math.isclose(estimate / scale, float(row["estimate"]), abs_tol=1e-9), key
        if row["std_error"]:
            assert math.isclose(
                std_error / scale, float(row["std_error"]), abs_tol=1e-9
            ), key
        for limit, told in ((low, row["ci_low"]), (high, row["ci_high"])):
            if told:
                assert math.isclose(limit / scale, float(told), abs_tol=1e-9), key


def test_nobody_is_lost_and_nothing_is_undecided(marts):
    assert marts.execute(
        "select count(*), count(*) filter (where is_included) from cohort"
    ).fetchall() == [(137, 137)]
    assert marts.execute(
        "select population, count(*) from cohort group by all order by 1"
    ).fetchall() == [("aml_high_risk", 45), ("aml_low_risk", 54), ("lymphoblastic", 38)]
    assert marts.execute(
        "select count(*) from time_to_event where not is_evaluable"
    ).fetchall() == [(0,)]


def test_groups_are_those_of_the_source(marts):
    source = original()
    yes = {"1": "yes", "0": "no"}
    hospitals = {"1": "ohio_state", "2": "alfred", "3": "st_vincent", "4": "hahnemann"}
    groups = {"1": "lymphoblastic", "2": "aml_low_risk", "3": "aml_high_risk"}

    def band(age: int) -> str:
        return "lt_20" if age < 20 else "20_29" if age < 30 else "ge_30"

    strata = marts.execute(
        "select patient_id, stratum_variable, level from survival_strata"
    ).fetchall()
    assert set(strata) == {
        (patient_id, variable, level)
        for patient_id, row in source.items()
        for variable, level in {
            "methotrexate": yes[row["z10"]],
            "fab_high": yes[row["z8"]],
            "cmv_positive": yes[row["z5"]],
            "age_band": band(int(row["z1"])),
            "hospital": hospitals[row["z9"]],
            "disease_group": groups[row["group"]],
            "acute_gvhd": yes[row["da"]],
        }.items()
    }


def test_a_composite_ends_with_the_first_of_its_events(marts):
    source = original()
    # Where two fall on one day the rows' precedence names the end. The chronic GVHD of
    # patient 127 is dated after the last day, and was told on it.
    events = (
        ("acute_gvhd", "ta", "da"),
        ("chronic_gvhd", "tc", "dc"),
        ("relapse", "t2", "d2"),
        ("death", "t1", "d1"),
    )
    found = marts.execute(
        "select patient_id, time_days, status, ended_by from time_to_event "
        "where endpoint = 'grfs'"
    ).fetchall()
    assert len(found) == len(source)
    for patient_id, time_days, status, ended_by in found:
        row = source[patient_id]
        happened = [
            (min(int(row[time]), int(row["t1"])), order, name)
            for order, (name, time, event) in enumerate(events)
            if row[event] == "1"
        ]
        first = min(happened, default=(int(row["t1"]), 0, "last_contact"))
        told = (time_days, ended_by)
        assert (told, status) == ((first[0], first[2]), int(bool(happened))), patient_id


def test_the_landmark_groups_by_what_was_known_on_day_100(marts):
    source = original().values()
    beyond = [row for row in source if min(int(row["t2"]), int(row["t1"])) > 100]
    early = sum(row["da"] == "1" and int(row["ta"]) <= 100 for row in beyond)
    found = marts.execute(
        "select stratum, n from analysis_populations where reason = 'analysed' "
        "and analysis_id = 'all__dfs__by_acute_gvhd__landmark_100' order by stratum"
    ).fetchall()
    assert found == [("no", len(beyond) - early), ("yes", early)]


def test_what_public_documents_print_of_the_set_agrees(marts):
    assert marts.execute(
        "select count(*), count(*) filter (where agrees) from published_comparison"
    ).fetchall() == [(15, 15)]


def test_its_report_says_no_word_of_another_study(bmt_study, tmp_path):
    arguments = ["--warehouse", str(bmt_study.warehouse), "--output", str(tmp_path)]
    assert main(["report", *arguments]) == 0
    (page, *_) = sorted(tmp_path.glob("index.html"))
    text = page.read_text(encoding="utf-8")
    assert "Bone-marrow transplantation in acute leukaemia" in text
    words = (
        r"blinatumomab|\bMRD\b|\bPh[-+]|R/R|B-cell|CR/CRh|salvage|index drug"
        r"|two cycles|the paper|NEUF"
    )
    assert set(re.findall(words, text)) == set()
