"""Remission and MRD response within the windows (P8-P12)."""

from dataclasses import dataclass
from datetime import date

from .cohort import is_included
from .delivery import Row
from .patient import Patient, days
from .remission import GRADES, graded_marrows, remissions
from .treatments import last_day_for_response

# P9: days after the index date, both ends included.
WINDOWS = {"cycle_1": (1, 42), "two_cycles": (1, 84)}
MRD_RESPONSES = ("complete_mrd_response", "mrd_response")


@dataclass(frozen=True)
class Response:
    """What a patient reached within a window, and when."""

    best_remission: str | None
    remission_date: date | None
    best_remission_date: date | None
    is_mrd_evaluable: bool
    mrd_response: str | None
    mrd_response_date: date | None
    mrd_response_lost_date: date | None


def response(patient: Patient, window: str) -> Response:
    """P8-P11: remission and MRD category within a window."""
    first, last = (patient.index_date + days(n) for n in WINDOWS[window])
    last = min(last, last_day_for_response(patient))

    graded = [
        (day, graded)
        for day, graded in graded_marrows(patient)
        if first <= day <= last and graded is not None
    ]
    found = {graded for _, graded in graded}
    # P8: the best of the gradable, `none` if all fail, None if none is gradable.
    best = next((grade for grade in (*GRADES, "none") if grade in found), None)
    in_remission = [day for day, graded in graded if graded in GRADES]
    best_days = [day for day, graded in graded if graded == best and best in GRADES]

    samples = sorted(
        (sample["sample_date"], category)
        for sample in patient.rows("mrd_assessments")
        if first <= sample["sample_date"] <= last
        and is_sampled_in_remission(patient, sample["sample_date"])
        and (category := mrd_category(sample)) is not None
    )
    # P11: an adequate sample and, in R/R, CR/CRh/CRi in that window.
    is_evaluable = bool(samples) and (patient.is_mrd_positive or bool(in_remission))
    responded = [day for day, category in samples if category in MRD_RESPONSES]
    # Reading: who is not evaluable in a window has no category in it.
    is_responder = is_evaluable and bool(responded)
    lost = [
        day
        for day, category in samples
        if is_responder and category == "no_response" and day > responded[0]
    ]
    return Response(
        best_remission=best,
        remission_date=min(in_remission, default=None),
        best_remission_date=min(best_days, default=None),
        is_mrd_evaluable=is_evaluable,
        mrd_response=_category(patient, samples) if is_evaluable else None,
        mrd_response_date=responded[0] if is_responder else None,
        mrd_response_lost_date=min(lost, default=None),
    )


def mrd_category(sample: Row) -> str | None:
    """P10: the category that a sample shows; None where it is not adequate.

    A quantity of 10^-4 or more is shown by an assay of any sensitivity; everything
    else needs one that quantifies down to 10^-4.
    """
    result, level = sample["result"], sample["mrd_level"]
    if result == "not_evaluable" or (result == "quantifiable" and level is None):
        return None
    if result == "quantifiable" and level >= 0.0001:
        return "no_response"
    if sample["sensitivity"] is None or sample["sensitivity"] > 0.0001:
        return None
    return "complete_mrd_response" if result == "undetectable" else "mrd_response"


def is_sampled_in_remission(patient: Patient, day: date) -> bool:
    """P10: in remission (P8a); in R/R from 7 days before the first day of each."""
    lead = days(0 if patient.is_mrd_positive else 7)
    return any(
        remission.first_day - lead <= day <= remission.last_day
        for remission in remissions(patient)
    )


def _category(patient: Patient, samples: list[tuple[date, str]]) -> str:
    # P10: the best of the adequate samples; a nonresponder is by what came earlier.
    shown = {category for _, category in samples}
    for category in MRD_RESPONSES:
        if category in shown:
            return category
    return "mrd_relapse" if _had_response_by_index(patient) else "persistent_mrd"


def _had_response_by_index(patient: Patient) -> bool:
    # P10: the site's status, or a sample on or before index, in remission or not.
    return patient.value("disease_status", "disease_status") == "mrd_relapse" or any(
        sample["sample_date"] <= patient.index_date
        and mrd_category(sample) in MRD_RESPONSES
        for sample in patient.rows("mrd_assessments")
    )


def first_response(patient: Patient) -> date | None:
    """P25: the first MRD response (MRD+) or CR/CRh/CRi (R/R) within two cycles."""
    found = response(patient, "two_cycles")
    if patient.is_mrd_positive:
        return found.mrd_response_date
    return found.remission_date


def responses(patients: list[Patient]) -> list[dict]:
    """One row per included patient and response window."""
    return [
        {"patient_id": patient.patient_id, "response_window": window}
        | vars(response(patient, window))
        for patient in patients
        if is_included(patient)
        for window in WINDOWS
    ]
