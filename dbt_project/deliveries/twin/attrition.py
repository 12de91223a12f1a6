"""Patients who leave on the way to the cohort, at each of its steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from .assembly import ENROLMENT_END, ENROLMENT_START
from .chart import Chart
from .outcome import CUTOFF
from .tables import Row

ABROAD = ("DE", "PT", "CH", "SE")


def _rows(chart: Chart, table: str) -> list[Row]:
    return chart.rows.get(table, [])


def _other_access(chart: Chart, access: str) -> None:
    """Step 1: the drug was licensed, given in a trial, or never started."""
    if access:
        for row in _rows(chart, "treatment_cycles"):
            row["access_program"] = access
    else:
        chart.rows["treatment_cycles"] = []


def shift(chart: Chart, days: int) -> None:
    """Move every whole date of a chart; the dates of birth stay."""
    step = timedelta(days=days)
    for table, rows in chart.rows.items():
        for row in rows:
            for name, value in row.items():
                if not name.endswith("_date") or table == "patients" or not value:
                    continue
                whole = value + {10: "", 7: "-15", 4: "-01-01"}[len(value)]
                moved = type(chart.index_date).fromisoformat(whole) + step
                row[name] = moved.isoformat()[: len(value)]


def _outside_enrolment(chart: Chart) -> None:
    """Step 2: the first cycle lies before or after the enrolment."""
    follow_up = _rows(chart, "follow_up")[0]
    if follow_up["death_date"]:
        # a year alone would not move with the rest
        follow_up["death_date"] = chart.on(chart.course.end_day).isoformat()
    later = ENROLMENT_END + timedelta(days=chart.rng.randint(3, 60))
    if chart.latest + (later - chart.index_date) <= CUTOFF:
        target = later
    else:
        target = ENROLMENT_START - timedelta(days=chart.rng.randint(5, 60))
    shift(chart, (target - chart.index_date).days)


def _abroad(chart: Chart) -> None:
    """Step 3: a site of another country, which sends less."""
    country = chart.rng.choice(ABROAD)
    patient = _rows(chart, "patients")[0]
    patient["country"], patient["site_id"] = country, f"{country}-01"
    patient["sex"] = "unknown"


def _other_diagnosis(chart: Chart, diagnosis: str) -> None:
    """Step 4."""
    _rows(chart, "diagnoses")[0]["diagnosis"] = diagnosis


def _not_adult(chart: Chart) -> None:
    """Step 5: minors."""
    born = chart.index_date - timedelta(days=chart.rng.randint(5000, 6560))
    _rows(chart, "patients")[0]["birth_date"] = born.isoformat()


def _of_unknown_age(chart: Chart) -> None:
    """Step 5, too."""
    _rows(chart, "patients")[0]["birth_date"] = ""


def _no_consent(chart: Chart, consent: str) -> None:
    """Step 6."""
    _rows(chart, "patients")[0]["consent"] = consent


def _no_record(chart: Chart) -> None:
    """Step 7: what is known comes from the request alone."""
    _rows(chart, "patients")[0]["record_available"] = "no"
    kept = ("patients", "diagnoses", "disease_status", "treatment_cycles", "follow_up")
    chart.rows = {t: rows for t, rows in chart.rows.items() if t in kept}


def _no_diagnosis(chart: Chart) -> None:
    _rows(chart, "diagnoses")[0].update(diagnosis="", diagnosis_date="")


def _no_group(chart: Chart) -> None:
    _rows(chart, "disease_status")[0].update(disease_group="", disease_status="")


def _no_ph_status(chart: Chart) -> None:
    for row in _rows(chart, "genetic_findings"):
        if row["marker"] == "bcr_abl1":
            row["result"] = "unknown"


def _no_status_row(chart: Chart) -> None:
    chart.rows["disease_status"] = []


# (what is wrong, patients): steps 1 to 7, and the four of step 8 one by one
LEAVERS: tuple[tuple[Callable[[Chart], None], int], ...] = (
    (partial(_other_access, access="commercial"), 3),
    (partial(_other_access, access="clinical_trial"), 1),
    (partial(_other_access, access=""), 2),
    (_outside_enrolment, 5),
    (_abroad, 4),
    (partial(_other_diagnosis, diagnosis="t_all"), 1),
    (partial(_other_diagnosis, diagnosis="mpal"), 1),
    (partial(_other_diagnosis, diagnosis="other"), 1),
    (_not_adult, 5),
    (_of_unknown_age, 1),
    (partial(_no_consent, consent="refused"), 3),
    (partial(_no_consent, consent="unknown"), 2),
    (_no_record, 4),
    (_no_diagnosis, 1),
    (_no_group, 1),
    (_no_ph_status, 1),
    (_no_status_row, 1),
)


def faults() -> list[Callable[[Chart], None]]:
    """One fault per patient who leaves, in the order of the steps."""
    return [fault for fault, count in LEAVERS for _ in range(count)]
