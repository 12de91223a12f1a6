"""Patients who leave on the way to the cohort, at each of its steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from .assembly import ENROLMENT_END, ENROLMENT_START
from .chart import Chart
from .outcome import CUTOFF
from .tables import Row

ABROAD = ("DE", "PT", "CH", "SE")


def _rows(chart: Chart, table: str) -> list[Row]:
    return chart.rows.get(table, [])


def _other_access(chart: Chart) -> None:
    """Step 1: the drug was licensed, given in a trial, or never started."""
    access = chart.rng.choice(("commercial", "clinical_trial", ""))
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
    patient["sex"] = chart.rng.choice((patient["sex"], "unknown"))


def _other_diagnosis(chart: Chart) -> None:
    """Step 4."""
    row = _rows(chart, "diagnoses")[0]
    row["diagnosis"] = chart.rng.choice(("t_all", "mpal", "other"))


def _not_adult(chart: Chart) -> None:
    """Step 5: minors, and one whose birth date is unknown."""
    row = _rows(chart, "patients")[0]
    if chart.rng.random() < 0.2:
        row["birth_date"] = ""
    else:
        born = chart.index_date - timedelta(days=chart.rng.randint(5000, 6560))
        row["birth_date"] = born.isoformat()


def _no_consent(chart: Chart) -> None:
    """Step 6."""
    consent = "unknown" if chart.rng.random() < 0.3 else "refused"
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
    (_other_access, 6),
    (_outside_enrolment, 5),
    (_abroad, 4),
    (_other_diagnosis, 3),
    (_not_adult, 6),
    (_no_consent, 5),
    (_no_record, 4),
    (_no_diagnosis, 1),
    (_no_group, 1),
    (_no_ph_status, 1),
    (_no_status_row, 1),
)


def faults() -> list[Callable[[Chart], None]]:
    """One fault per patient who leaves, in the order of the steps."""
    return [fault for fault, count in LEAVERS for _ in range(count)]
