"""Every claim of the derivation's identities is broken once, and is told."""

import re
import shutil

import duckdb
import pytest

PATIENT = "relapse_then_death_same_day"
ATTRITION = {
    "what goes into a step is what came out of the one before": (
        "update marts.cohort_attrition set n_in = n_in + 1 where step = 3"
    ),
    "in less excluded is out": (
        "update marts.cohort_attrition set n_excluded = n_excluded + 1 where step = 3"
    ),
    "the unknown are among the excluded": (
        "update marts.cohort_attrition set n_unknown = n_excluded + 1 where step = 3"
    ),
    "who is excluded at a step leaves the cohort there": (
        "update marts.cohort set exclusion_step = 4 where exclusion_step = 3"
    ),
    "what comes out of the last step is the included": (
        f"delete from marts.cohort where patient_id = '{PATIENT}'"
    ),
    "whoever has left at no step is included": (
        f"update marts.cohort set is_included = false where patient_id = '{PATIENT}'"
    ),
    "whoever has left has a reason": (
        "update marts.cohort set exclusion_reason = null where exclusion_step = 3"
    ),
    "only the included have a population": (
        "update marts.cohort set population = 'mrd_pos_ph_neg' where not is_included"
    ),
    "the included, and only they, have an end of follow-up": (
        "update marts.cohort set follow_up_end_date = null where is_included"
    ),
    "an end of follow-up has one reason": (
        "update marts.cohort set follow_up_end_reason = null where is_included"
    ),
    "no follow-up ends before the index date": (
        "update marts.cohort set index_date = follow_up_end_date + 1 where is_included"
    ),
    "every delivered patient is in the cohort": (
        f"delete from marts.cohort where patient_id = '{PATIENT}'"
    ),
}


def time_changed(change, condition):
    """An update of times to event."""
    return f"update marts.time_to_event set {change} where {condition}"


TIMES = {
    "whoever is not evaluable has a reason": time_changed(
        "not_evaluable_reason = null", "not is_evaluable"
    ),
    "what is not evaluable has no time": time_changed(
        "time_days = 1", "not is_evaluable"
    ),
    "the time is its end less its origin": time_changed(
        "time_days = time_days + 1", "is_evaluable"
    ),
    "no time is negative": time_changed(
        "origin_date = end_date + 1, time_days = -1", "is_evaluable"
    ),
    "no time goes on after the end of follow-up": time_changed(
        "end_date = end_date + 4000, time_days = time_days + 4000", "is_evaluable"
    ),
    "a time ends in one way": time_changed("ended_by = null", "is_evaluable"),
    # Another rule names the transplant; under this one it is no reason.
    "a censoring has the one reason of the end of follow-up": time_changed(
        "ended_by = 'hsct'", "ended_by = 'last_contact' and censoring_rule = 'standard'"
    ),
    "events are relapses and deaths without relapse": time_changed(
        "ended_by = 'death'", "ended_by = 'relapse' and endpoint = 'rfs'"
    ),
    "survival ends with the death or not at all": time_changed(
        "status = 1", "endpoint = 'os' and ended_by = 'last_contact'"
    ),
    "a censoring rule makes no time longer": time_changed(
        "end_date = end_date - 1, time_days = time_days - 1",
        "censoring_rule = 'standard' and endpoint = 'os' and time_days > 0",
    ),
    # As a competing event, it is no censoring that the claim on reasons would tell.
    "only what the rule names makes a time shorter": time_changed(
        "status = 2, ended_by = 'cytotoxic_therapy'",
        "censoring_rule = 'censored_at_hsct' and ended_by = 'hsct'",
    ),
    "a parameter is in no record": time_changed(
        "source_table = 'follow_up'", "ended_by = 'data_cutoff'"
    ),
    "what ended a time stands in a delivered record of the patient": time_changed(
        "source_record = 'follow_up:1'", "ended_by = 'death'"
    ),
    "every included patient has each time of the group": (
        "delete from marts.time_to_event where endpoint = 'os'"
    ),
}

RESPONSES = {
    "a response lies in its window, and before it is cut": (
        "update marts.responses set remission_date = remission_date + 100"
    ),
    "a remission has its days": (
        "update marts.responses set best_remission = 'none'"
        " where remission_date is not null"
    ),
    "the best remission is not before the first": (
        "update marts.responses set best_remission_date = remission_date - 1"
        " where remission_date > date '2016-03-10'"
    ),
    "the evaluable, and only they, have a category": (
        "update marts.responses set is_mrd_evaluable = not is_mrd_evaluable"
    ),
    "an MRD response has its day": (
        "update marts.responses set mrd_response = 'persistent_mrd'"
        " where mrd_response_date is not null"
    ),
    "a response is lost after it came": (
        "update marts.responses set mrd_response_lost_date = mrd_response_date"
    ),
    "what came in a window came in the longer one": (
        "update marts.responses set remission_date = null, best_remission = null,"
        " best_remission_date = null where response_window = 'two_cycles'"
    ),
    "a clock of the first remission starts on its day": time_changed(
        "origin_date = origin_date + 1", "endpoint = 'rfs' and is_evaluable"
    ),
    "every included patient has each window": (
        "delete from marts.responses where response_window = 'cycle_1'"
    ),
    "every included patient has a transplant outcome": (
        f"delete from marts.transplant_outcomes where patient_id = '{PATIENT}'"
    ),
    "non-relapse mortality starts with the transplant": time_changed(
        "origin_date = origin_date + 1", "endpoint = 'nrm_after_hsct'"
    ),
    "the evaluable are in remission on the day of transplant": (
        "update marts.transplant_outcomes set is_in_remission_at_hsct = false"
    ),
    "a transplant came after a response or not": (
        "update marts.transplant_outcomes set has_response_before_hsct = null"
    ),
    "a responder who goes straight to transplant is an event": (
        "update marts.transplant_outcomes set has_cytotoxic_between = true"
        " where has_response_before_hsct"
    ),
    "the time to transplant ends with it": time_changed(
        "end_date = end_date + 1", "endpoint = 'time_to_hsct' and status = 1"
    ),
}

SUMMARIES = {
    "a population is the sum of its parts": (
        "update marts.table_one set numerator = numerator + 1"
        " where population = 'all' and variable = 'sex'"
    ),
    "the levels of a variable part its patients": (
        "update marts.table_one set numerator = numerator + 1"
        " where population = 'mrd_pos' and variable = 'sex' and level = 'female'"
    ),
    "the outcomes of a window part its patients": (
        "update marts.response_summary set numerator = numerator + 1"
        " where measure = 'cr'"
    ),
    "a response of MRD is asked of the evaluable": (
        "update marts.response_summary set denominator = denominator + 1"
        " where measure = 'overall_mrd_response'"
    ),
    "first events by kind are the events of the curve": (
        "update marts.outcome_summary set numerator = numerator + 1"
        " where subset = 'responder' and measure = 'deaths'"
    ),
}

DEFINITIONS = {
    "one window is that of whatever names none": (
        "update definitions.response_windows set is_default = false"
    ),
    "a window ends after it begins": (
        "update definitions.response_windows set last_day = 0 where not is_default"
    ),
    "a clock has one origin": (
        "delete from definitions.endpoint_events where role = 'origin'"
    ),
    "an endpoint has an event": (
        "update definitions.endpoint_events set status = 0 where endpoint = 'os'"
        " and role = 'event'"
    ),
    "what ends a time has its own precedence": (
        "update definitions.endpoint_events set precedence = 1 where role = 'event'"
    ),
    "an event has a status, and an origin none": (
        "update definitions.endpoint_events set status = 1 where role = 'origin'"
    ),
    "a time is censored, or ends in an event or a competing one": (
        "update definitions.endpoint_events set status = 3 where status = 2"
    ),
    "what competes has a role, and nothing else": (
        "update definitions.endpoints set competing_role = 'none'"
    ),
    "non-relapse mortality is one endpoint": (
        "update definitions.endpoints set is_non_relapse_mortality = true"
    ),
    "every time stops at the end of follow-up": (
        "delete from definitions.censoring_rules where stop_type = 'follow_up_end'"
        " and censoring_rule <> 'standard'"
    ),
    "what stops a time has its own precedence": (
        "update definitions.censoring_rules set precedence = 1"
    ),
    "a value lies in one band": (
        "update definitions.characteristic_bands set at_least = 49 where at_least = 50"
    ),
    "no value lies between two bands": (
        "update definitions.characteristic_bands set at_least = 55 where at_least = 50"
    ),
    "a step is one criterion": ("update definitions.eligibility_criteria set step = 1"),
    "a share is a percentage": (
        "update definitions.missingness_limits set max_percent = 500"
    ),
    "a figure names what it shows": (
        "update definitions.report_figures set at_month = null"
    ),
    "a main result names what it tells": (
        "update definitions.report_results set at_month = null"
    ),
    "a table of estimates names its endpoint": (
        "update definitions.report_tables set endpoint = null"
    ),
    "printed numbers have a publication and its citation": (
        "delete from definitions.study where item = 'citation'"
    ),
}

IDENTITIES = {
    "assert_attrition_telescopes": ATTRITION,
    "assert_definitions_agree": DEFINITIONS,
    "assert_summaries_add_up": SUMMARIES,
    "assert_times_have_one_end": TIMES,
    "assert_responses_and_transplants_agree": RESPONSES,
}


@pytest.fixture(scope="module")
def changeable(edges, tmp_path_factory):
    """A copy of the edges' warehouse; what a test changes in it is undone."""
    copy = tmp_path_factory.mktemp("identities") / edges.warehouse.name
    shutil.copyfile(edges.warehouse, copy)
    copy.chmod(0o644)
    with duckdb.connect(str(copy)) as connection:
        yield connection


@pytest.mark.parametrize(
    ("identity", "claim"),
    [(name, claim) for name, claims in IDENTITIES.items() for claim in claims],
)
def test_a_broken_claim_is_told(edges, changeable, identity, claim):
    query = edges.model(identity)
    changeable.begin()
    try:
        changeable.execute(IDENTITIES[identity][claim])
        told = changeable.execute(f"select claim_broken from ({query}\n)").fetchall()
    finally:
        changeable.rollback()
    assert (claim,) in told
    assert changeable.execute(query).fetchall() == []


@pytest.mark.parametrize("identity", IDENTITIES)
def test_every_claim_is_broken_once(edges, identity):
    query = edges.model(identity)
    made = re.findall(r"then '([^']+)'|'([^']+)' as claim_broken", query)
    assert {case or row for case, row in made} - {"relapse", "death"} == set(
        IDENTITIES[identity]
    )


@pytest.mark.parametrize(
    "change",
    [
        "insert into intermediate.int_follow_up"
        " select * from intermediate.int_follow_up limit 1",
        "update staging.stg_delivery__relapses set source_record = null",
    ],
)
def test_a_doubled_or_missing_key_is_told(edges, changeable, change):
    query = edges.model("assert_rows_keyed")
    changeable.begin()
    try:
        changeable.execute(change)
        told = changeable.execute(query).fetchall()
    finally:
        changeable.rollback()
    assert told != []
    assert changeable.execute(query).fetchall() == []
