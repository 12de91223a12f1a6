"""Groups, transplant outcomes and baseline (P12, P22, P24-P29)."""

from datetime import date

from .cohort import is_included, ph_status
from .dates import completed_years, middle_day
from .endpoints import ENDPOINTS, derived
from .follow_up import Happening, earliest, event_date
from .patient import Patient, days
from .remission import extramedullary_state, latest_blasts, remission_on
from .responses import MRD_RESPONSES, first_response, response
from .treatments import (
    cytotoxic_therapies,
    first_transplant,
    n_salvage_lines,
    transplants_before_index,
)


def cr_number(patient: Patient) -> str | None:
    """P6 (MRD+): CR1 without prior salvage therapy, else CR2+."""
    if not patient.is_mrd_positive:
        return None
    return "cr2_plus" if n_salvage_lines(patient) else "cr1"


def last_day_of_treatment(patient: Patient) -> date:
    """P29: 42 days after the start of the last cycle, or its end if later."""
    last = max(
        patient.index_cycles, key=lambda one: (one["start_date"], one["cycle_number"])
    )
    after_start = last["start_date"] + days(patient.study["cycle_length_days"])
    return max(after_start, last["end_date"] or after_start)


def first_lymphocyte_infusion(patient: Patient) -> Happening | None:
    """P29: the first donor lymphocyte infusion during treatment."""
    infusions = [
        Happening(day, row)
        for row in patient.rows("lymphocyte_infusions")
        if (day := event_date(patient, row["infusion_date"]).day) is not None
        and patient.index_date <= day <= last_day_of_treatment(patient)
        and day <= patient.data_cutoff_date
    ]
    return earliest(infusions)


def has_kinase_inhibitor(patient: Patient) -> bool:
    """P29: one of the medication's days falls in the treatment; no end is ongoing."""
    last = last_day_of_treatment(patient)
    for row in patient.rows("medications"):
        if row["drug_class"] != "tyrosine_kinase_inhibitor":
            continue
        start = event_date(patient, row["start_date"]).day
        ends = event_date(patient, row["end_date"])
        # Reading: an end without a day counts by its latest possible one; a start
        # without a day is the end's, if that has one.
        end = ends.day or ends.latest if row["end_date"] else date.max
        start = start or (ends.day if row["end_date"] else None)
        if start is None or start > min(last, patient.data_cutoff_date):
            continue
        if max(start, end) >= patient.index_date:
            return True
    return False


def has_transplant_before_index(patient: Patient) -> bool | None:
    """P27: HSCT before index; unknown where only a quarantined row may say so."""
    # Reading: the table decides here, so a row unread never makes a plain `no`.
    if transplants_before_index(patient):
        return True
    return None if patient.quarantined["transplants"] else False


def _strata(patient: Patient):
    """P12, P23: stratum variable, level and the day on which it is known."""
    index_date, found = patient.index_date, response(patient, "two_cycles")
    day_84 = index_date + days(84)

    # P12: responders on the day of the response, nonresponders on day 84.
    def by_response(is_responder: bool, day: date | None):
        return ("responder", day) if is_responder else ("nonresponder", day_84)

    is_mrd_responder = found.mrd_response in MRD_RESPONSES
    mrd = by_response(is_mrd_responder, found.mrd_response_date)
    if found.is_mrd_evaluable:
        yield "mrd_response", *mrd
    if patient.is_mrd_positive:
        yield "mrd_response_reported", *mrd
        yield "cr_number", cr_number(patient), index_date
    else:
        is_responder = found.remission_date is not None
        yield "remission_response", *by_response(is_responder, found.remission_date)
    yield "ph_status", ph_status(patient), index_date
    if (has_hsct := has_transplant_before_index(patient)) is not None:
        yield "hsct_before_index", "yes" if has_hsct else "no", index_date
    if (blasts := latest_blasts(patient)) is not None:
        yield "marrow_blasts", "lt_50" if blasts[1] < 50 else "ge_50", index_date
    infusion = first_lymphocyte_infusion(patient)
    if infusion is not None:
        yield "dli", "yes", infusion.day
    else:
        yield "dli", "no", last_day_of_treatment(patient)


def survival_strata(patients: list[Patient]) -> list[dict]:
    """One row per included patient and stratum variable that has a level."""
    return [
        {
            "patient_id": patient.patient_id,
            "stratum_variable": variable,
            "level": level,
            "known_on": known_on,
        }
        for patient in patients
        if is_included(patient)
        for variable, level, known_on in _strata(patient)
    ]


def transplant_outcomes(patients: list[Patient]) -> list[dict]:
    """P24, P26: one row per included patient; NULL where there is no HSCT to ask of."""
    return [_transplant_row(p) for p in patients if is_included(p)]


def _transplant_row(patient: Patient) -> dict:
    hsct, responded_on = first_transplant(patient), first_response(patient)
    has_response = has_cytotoxic = is_in_remission = None
    if hsct is not None:
        has_response = responded_on is not None and responded_on <= hsct.day
        is_in_remission = remission_on(patient, hsct.day) is not None
    if has_response:
        has_cytotoxic = any(
            responded_on <= therapy.day < hsct.day
            for therapy in cytotoxic_therapies(patient)
        )
    (nrm,) = [one for one in ENDPOINTS if one.endpoint == "nrm_after_hsct"]
    reason = derived(patient, nrm).not_evaluable_reason
    return {
        "patient_id": patient.patient_id,
        "hsct_date": hsct and hsct.day,
        "has_response_before_hsct": has_response,
        "has_cytotoxic_between": has_cytotoxic,
        "is_in_remission_at_hsct": is_in_remission,
        "is_nrm_evaluable": reason is None,
        "nrm_not_evaluable_reason": reason,
    }


def _blast_category(percent: float | None) -> str:
    if percent is None:
        return "unknown"
    for upper, category in ((5, "le_5"), (10, "gt_5_lt_10"), (50, "ge_10_lt_50")):
        if percent < upper or (category == "le_5" and percent == upper):
            return category
    return "ge_50"


def _baseline_row(patient: Patient) -> dict:
    birth = patient.value("patients", "birth_date")
    blasts = latest_blasts(patient)
    before = [day for day in transplants_before_index(patient) if day is not None]
    frontline = [
        line["best_response"]
        for line in patient.rows("therapy_lines")
        if line["line_type"] == "frontline"
    ]
    months = None
    if before:
        since = (patient.index_date - max(before)).days
        months = since / patient.study["days_per_month"]
    return {
        "patient_id": patient.patient_id,
        "sex": patient.value("patients", "sex"),
        "age_years": completed_years(
            middle_day(birth.first, birth.last), patient.index_date
        ),
        "n_salvage_lines": n_salvage_lines(patient),
        "cr_number": cr_number(patient),
        "disease_status": patient.value("disease_status", "disease_status"),
        "has_hsct_before_index": has_transplant_before_index(patient),
        "months_from_hsct": months,
        # As delivered, for every patient: Table 1 counts CR/CRh/CRi among the R/R.
        "frontline_response": (frontline[0] if frontline else None) or "unknown",
        "marrow_blast_percent": blasts and blasts[1],
        "marrow_blast_category": _blast_category(blasts and blasts[1]),
        "extramedullary_status": extramedullary_state(patient, patient.index_date),
        "n_cycles": len(patient.index_cycles),
        "has_dli": first_lymphocyte_infusion(patient) is not None,
        "has_tki": has_kinase_inhibitor(patient),
    }


def baseline_characteristics(patients: list[Patient]) -> list[dict]:
    """P27-P29: one row per included patient."""
    return [_baseline_row(p) for p in patients if is_included(p)]
