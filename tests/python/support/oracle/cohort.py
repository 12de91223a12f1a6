"""Who is in: eligibility, groups and attrition (P1-P7)."""

from datetime import date

from .dates import completed_years
from .follow_up import end_of_follow_up
from .patient import Patient


def ph_status(patient: Patient) -> str:
    """P5: positive if ever positive by the index date, negative if only negative.

    A test with a partial date or none counts unless its earliest possible day is
    after the index date.
    """
    index_date = patient.index_date
    results = {
        test["result"]
        for test in patient.rows("genetic_findings")
        if test["marker"] == "bcr_abl1"
        and index_date is not None
        and (test["test_date"] is None or test["test_date"].first <= index_date)
    }
    if "positive" in results:
        return "ph_pos"
    return "ph_neg" if "negative" in results else "unknown"


def _is_treated(patient: Patient) -> bool | None:
    # A quarantined patient row leaves at the first step; a quarantined cycle may
    # be the one that started the index drug.
    if patient.row("patients") is None:
        return None
    if patient.index_date is None and patient.quarantined["treatment_cycles"]:
        return None
    return patient.index_date is not None


def _is_enrolled_in_time(patient: Patient) -> bool:
    study = patient.study
    return study["enrolment_start"] <= patient.index_date <= study["enrolment_end"]


def _is_in_country(patient: Patient) -> bool:
    return patient.value("patients", "country") in patient.study["countries"]


def _has_no_other_diagnosis(patient: Patient) -> bool:
    # P1: an unknown diagnosis passes here and leaves at P3.
    return patient.value("diagnoses", "diagnosis") in ("b_all", None)


def _is_adult(patient: Patient) -> bool | None:
    # P1: a partial birth date counts from its latest possible day.
    birth = patient.value("patients", "birth_date")
    if birth is None:
        return None
    age = completed_years(birth.last, patient.index_date)
    return age >= patient.study["adult_age_years"]


def _has_consent(patient: Patient) -> bool | None:
    # P2: a waiver counts as consent.
    consent = patient.value("patients", "consent")
    return None if consent == "unknown" else consent in ("given", "waived")


def _has_record(patient: Patient) -> bool:
    return patient.value("patients", "record_available") == "yes"


def _has_diagnosis_data(patient: Patient) -> bool | None:
    # P3: diagnosis, disease group and Ph status are known.
    is_known = (
        patient.value("diagnoses", "diagnosis") is not None
        and patient.disease_group is not None
        and ph_status(patient) != "unknown"
    )
    return True if is_known else None


CRITERIA = (
    ("index_drug_started", _is_treated),
    ("within_enrolment_dates", _is_enrolled_in_time),
    ("participating_country", _is_in_country),
    ("no_other_diagnosis", _has_no_other_diagnosis),
    ("adult", _is_adult),
    ("consent", _has_consent),
    ("medical_record", _has_record),
    ("diagnosis_data_complete", _has_diagnosis_data),
)


def exclusion(patient: Patient) -> tuple[int, str] | None:
    """P7: the first step not met, and whether it was unmet or unknown."""
    for step, (_, is_met) in enumerate(CRITERIA, start=1):
        verdict = is_met(patient)
        if verdict is not True:
            return step, "unknown" if verdict is None else "unmet"
    return None


def is_included(patient: Patient) -> bool:
    """P7: every step is met; unknown never qualifies."""
    return exclusion(patient) is None


def population(patient: Patient) -> str | None:
    """The one of the four populations that an included patient belongs to."""
    if not is_included(patient):
        return None
    group = "mrd_pos" if patient.is_mrd_positive else "rr"
    return f"{group}_{ph_status(patient)}"


def cohort(patients: list[Patient]) -> list[dict]:
    """One row per delivered patient."""
    return [_cohort_row(patient) for patient in patients]


def _cohort_row(patient: Patient) -> dict:
    left = exclusion(patient)
    end_date: date | None = None
    end_reason: str | None = None
    if left is None:
        end = end_of_follow_up(patient)
        end_date, end_reason = end.day, end.reason
    return {
        "patient_id": patient.patient_id,
        "site_id": patient.value("patients", "site_id"),
        "country": patient.value("patients", "country"),
        "is_included": left is None,
        "exclusion_step": left and left[0],
        "exclusion_reason": left and left[1],
        "disease_group": patient.disease_group,
        "ph_status": ph_status(patient),
        "population": population(patient),
        "index_date": patient.index_date,
        "follow_up_end_date": end_date,
        "follow_up_end_reason": end_reason,
    }


def cohort_attrition(patients: list[Patient]) -> list[dict]:
    """P7: one row per ordered step; the unknown are among the excluded."""
    left = [exclusion(patient) for patient in patients]
    rows, n_in = [], len(patients)
    for step, (criterion, _) in enumerate(CRITERIA, start=1):
        reasons = [exit[1] for exit in left if exit is not None and exit[0] == step]
        rows.append(
            {
                "step": step,
                "criterion": criterion,
                "n_in": n_in,
                "n_excluded": len(reasons),
                "n_unknown": reasons.count("unknown"),
                "n_out": n_in - len(reasons),
            }
        )
        n_in -= len(reasons)
    return rows
