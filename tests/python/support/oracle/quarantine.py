"""What a quarantined row does to its patient's endpoints (the delivery contract)."""

from .dates import Delivered
from .delivery import Row
from .patient import Patient
from .remission import first_relapse, remission_on
from .treatments import first_transplant

RELAPSE_ENDPOINTS = ("dfs", "rfs", "nrm_after_hsct")
TRANSPLANT_ENDPOINTS = ("nrm_after_hsct", "time_to_hsct")


def endpoint_in_quarantine(patient: Patient, endpoint: str, rule: str) -> str | None:
    """`record_in_quarantine` or `record_missing` where a table decides, else None.

    Reading: follow-up and cycles decide every endpoint, reported relapses those that
    relapse ends, transplants those that use their date.
    """
    uses_transplant = endpoint in TRANSPLANT_ENDPOINTS or rule == "censored_at_hsct"
    uses_relapse = endpoint in RELAPSE_ENDPOINTS
    decides = {
        "follow_up": True,
        "treatment_cycles": True,
        "disease_status": True,
        "relapses": uses_relapse,
        "transplants": uses_transplant,
        "marrow_assessments": uses_relapse and not _has_relapse(patient, endpoint),
        "extramedullary_assessments": uses_relapse
        and not _has_relapse(patient, endpoint),
        "therapy_lines": endpoint == "time_to_hsct",
        "medications": endpoint == "time_to_hsct",
    }
    for table, does_decide in decides.items():
        rows = patient.quarantined[table]
        if does_decide and any(_may_decide(patient, row) for row in rows):
            return "record_in_quarantine"
    if patient.row("follow_up") is None:
        return "record_missing"
    return None


def _may_decide(patient: Patient, row: Row) -> bool:
    # Assessments and treatments by the index date decide nothing after it; a date
    # that does not read may be any day.
    column = {
        "marrow_assessments": "assessment_date",
        "extramedullary_assessments": "assessment_date",
        "therapy_lines": "start_date",
        "medications": "start_date",
    }.get(row.table)
    if column is None or row[column] is None:
        return True
    day = row[column]
    # Reading: a partial date is after index unless every possible day is by it.
    return (day.last if isinstance(day, Delivered) else day) > patient.index_date


def _has_relapse(patient: Patient, endpoint: str) -> bool:
    # Reading: for NRM the relapse after the transplant, so that nobody whose
    # transplant followed an earlier relapse is event-free by a record unread.
    if endpoint == "nrm_after_hsct":
        hsct = first_transplant(patient)
        if hsct is not None and (remission := remission_on(patient, hsct.day)):
            return remission.relapse is not None
    return first_relapse(patient) is not None
