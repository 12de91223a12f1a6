"""Time to event: origins, events, censorings and missing dates (P14-P20, P24, P25)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from .cohort import is_included
from .delivery import Row
from .follow_up import death, end_of_follow_up, has_undated_death
from .patient import Patient
from .quarantine import endpoint_in_quarantine
from .remission import first_relapse, has_undated_relapse, remission_on
from .responses import first_response, response
from .treatments import (
    cytotoxic_therapies,
    first_transplant,
    has_transplant_without_place,
)

CENSORED, EVENT, COMPETING = 0, 1, 2


@dataclass(frozen=True)
class Ending:
    """What may end the time: on one day the first in an endpoint's list stands."""

    day: date
    status: int
    ended_by: str
    row: Row | None


@dataclass(frozen=True)
class TimeToEvent:
    """An endpoint of a patient: its time, or why it cannot be evaluated."""

    origin_date: date | None = None
    ending: Ending | None = None
    not_evaluable_reason: str | None = None


def _not_evaluable(reason: str) -> TimeToEvent:
    return TimeToEvent(not_evaluable_reason=reason)


def _ended(origin_date: date, endings: list[Ending | None]) -> TimeToEvent:
    # `min` keeps the first of equals: the order of the list is the precedence.
    known = [ending for ending in endings if ending is not None]
    return TimeToEvent(origin_date, min(known, key=lambda ending: ending.day))


def _death(patient: Patient, status: int = EVENT) -> Ending | None:
    died = death(patient)
    # P14: an event after the end of follow-up does not count.
    if died is None or died.day is None or died.day > end_of_follow_up(patient).day:
        return None
    return Ending(died.day, status, "death", patient.row("follow_up"))


def _relapse(relapse, status: int = EVENT) -> Ending | None:
    return relapse and Ending(relapse.day, status, "relapse", relapse.row)


def _transplant(patient: Patient, status: int) -> Ending | None:
    hsct = first_transplant(patient)
    return hsct and Ending(hsct.day, status, "hsct", hsct.row)


def _end(patient: Patient) -> Ending:
    # An end by death is reached only where death is an ending before this one.
    end = end_of_follow_up(patient)
    return Ending(end.day, CENSORED, end.reason, end.row)


def _event_free(
    patient: Patient,
    origin_date: date,
    *,
    is_censored_at_hsct: bool,
    is_relapse_an_event: bool,
) -> TimeToEvent:
    """P15-P17, P19, P20: from the origin to the first event, else a censoring.

    A relapse stands before the death of the same day (P24), an event before the
    transplant (P19), and the transplant before the end of follow-up.
    """
    if is_censored_at_hsct and has_transplant_without_place(patient):
        return _not_evaluable("hsct_date_missing")
    if is_relapse_an_event and has_undated_relapse(patient):
        return _not_evaluable("event_date_missing")
    relapse = _relapse(first_relapse(patient)) if is_relapse_an_event else None
    hsct = _transplant(patient, CENSORED) if is_censored_at_hsct else None
    if hsct is not None and hsct.day < origin_date:
        hsct = None
    if has_undated_death(patient) and relapse is None and hsct is None:
        return _not_evaluable("event_date_missing")
    return _ended(origin_date, [relapse, _death(patient), hsct, _end(patient)])


def overall_survival(patient: Patient, *, is_censored_at_hsct: bool) -> TimeToEvent:
    """P15: index to death of any cause."""
    return _event_free(
        patient,
        patient.index_date,
        is_censored_at_hsct=is_censored_at_hsct,
        is_relapse_an_event=False,
    )


def disease_free_survival(
    patient: Patient, *, is_censored_at_hsct: bool
) -> TimeToEvent:
    """P16 (MRD+): index to relapse or death, whichever is first."""
    return _event_free(
        patient,
        patient.index_date,
        is_censored_at_hsct=is_censored_at_hsct,
        is_relapse_an_event=True,
    )


def relapse_free_survival(
    patient: Patient, *, is_censored_at_hsct: bool
) -> TimeToEvent:
    """P17 (R/R in CR/CRh/CRi within two cycles): from the first to relapse or death."""
    origin_date = response(patient, "two_cycles").remission_date
    if origin_date is None:
        return _not_evaluable("no_remission")
    return _event_free(
        patient,
        origin_date,
        is_censored_at_hsct=is_censored_at_hsct,
        is_relapse_an_event=True,
    )


def non_relapse_mortality(patient: Patient) -> TimeToEvent:
    """P24: first HSCT after index to death without relapse; relapse competes.

    Death from a relapse that was not documented competes, too; a death of unknown
    cause without relapse is non-relapse.
    """
    if has_transplant_without_place(patient):
        return _not_evaluable("hsct_date_missing")
    hsct = first_transplant(patient)
    if hsct is None:
        return _not_evaluable("no_hsct")
    if has_undated_relapse(patient):
        return _not_evaluable("event_date_missing")
    remission = remission_on(patient, hsct.day)
    if remission is None:
        return _not_evaluable("not_in_remission_at_hsct")
    relapse = _relapse(remission.relapse, COMPETING)
    if has_undated_death(patient) and relapse is None:
        return _not_evaluable("event_date_missing")
    is_relapse_death = patient.value("follow_up", "death_cause") == "relapse"
    died = _death(patient, COMPETING if is_relapse_death else EVENT)
    return _ended(hsct.day, [relapse, died, _end(patient)])


def time_to_transplant(patient: Patient) -> TimeToEvent:
    """P25: first response to HSCT without cytotoxic therapy in between.

    Censored at the start of such therapy and at the end of follow-up; death
    competes. On one day the transplant comes before the death, and the death before
    the therapy.
    """
    origin_date = first_response(patient)
    if origin_date is None:
        return _not_evaluable("no_response")
    if has_transplant_without_place(patient):
        return _not_evaluable("hsct_date_missing")
    hsct = _transplant(patient, EVENT)
    therapies = [
        Ending(therapy.day, CENSORED, "cytotoxic_therapy", therapy.row)
        for therapy in cytotoxic_therapies(patient)
        if therapy.day >= origin_date
    ]
    therapies.sort(key=lambda one: (one.day, one.row.table, one.row.line))
    if has_undated_death(patient) and hsct is None and not therapies:
        return _not_evaluable("event_date_missing")
    died = _death(patient, COMPETING)
    return _ended(origin_date, [hsct, died, *therapies, _end(patient)])


@dataclass(frozen=True)
class Endpoint:
    """An endpoint under one censoring rule, and the disease groups that have it."""

    endpoint: str
    censoring_rule: str
    disease_groups: tuple[str, ...]
    derive: Callable[[Patient], TimeToEvent]


MRD_POSITIVE, RELAPSED_REFRACTORY = "mrd_positive", "relapsed_refractory"
BOTH = (MRD_POSITIVE, RELAPSED_REFRACTORY)


def _with_both_rules(endpoint, disease_groups, derive):
    for rule in ("standard", "censored_at_hsct"):
        yield Endpoint(
            endpoint,
            rule,
            disease_groups,
            lambda patient, at=rule == "censored_at_hsct": derive(
                patient, is_censored_at_hsct=at
            ),
        )


ENDPOINTS = (
    *_with_both_rules("os", BOTH, overall_survival),
    *_with_both_rules("dfs", (MRD_POSITIVE,), disease_free_survival),
    *_with_both_rules("rfs", (RELAPSED_REFRACTORY,), relapse_free_survival),
    Endpoint("nrm_after_hsct", "standard", BOTH, non_relapse_mortality),
    Endpoint("time_to_hsct", "standard", BOTH, time_to_transplant),
)


def derived(patient: Patient, endpoint: Endpoint) -> TimeToEvent:
    """The endpoint of a patient, or the quarantine that decides it first."""
    in_quarantine = endpoint_in_quarantine(
        patient, endpoint.endpoint, endpoint.censoring_rule
    )
    if in_quarantine is not None:
        return _not_evaluable(in_quarantine)
    return endpoint.derive(patient)


def time_to_event(patients: list[Patient]) -> list[dict]:
    """One row per included patient, endpoint of its disease group and rule."""
    return [
        _row(patient, endpoint)
        for patient in patients
        if is_included(patient)
        for endpoint in ENDPOINTS
        if patient.disease_group in endpoint.disease_groups
    ]


def _row(patient: Patient, endpoint: Endpoint) -> dict:
    time = derived(patient, endpoint)
    ending = time.ending
    source = ending.row if ending else None
    return {
        "patient_id": patient.patient_id,
        "endpoint": endpoint.endpoint,
        "censoring_rule": endpoint.censoring_rule,
        "origin_date": time.origin_date,
        "end_date": ending and ending.day,
        "time_days": (ending.day - time.origin_date).days if ending else None,
        "status": ending.status if ending else None,
        "ended_by": ending and ending.ended_by,
        "source_table": source and source.table,
        "source_record": source and source.record,
        "is_evaluable": time.not_evaluable_reason is None,
        "not_evaluable_reason": time.not_evaluable_reason,
    }
