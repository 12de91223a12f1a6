"""Harmless faults: copies, late results, records after the last contact."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from .chart import Chart
from .outcome import CUTOFF, STUDY_END
from .tables import Row

N_COPIES = 3
COPIED = ("blood_counts", "marrow_assessments", "mrd_assessments", "medications")


def write_late_results(rng: Random, charts: list[Chart]) -> None:
    """Laboratory results after the cut-off, of patients alive then."""
    alive = [
        chart
        for chart in charts
        if chart.rows["follow_up"][0]["vital_status"] == "alive"
        and chart.rows["follow_up"][0]["last_contact_date"] > "2017-12-31"
    ]
    for chart in rng.sample(alive, 4):
        day = CUTOFF + timedelta(days=rng.randint(3, 30))
        chart.add(
            "blood_counts",
            sample_date=day,
            platelets_giga_per_l=rng.randint(120, 250),
            neutrophils_giga_per_l=f"{rng.uniform(1.5, 4):.2f}",
        )
    for chart in rng.sample(alive, 2):
        # known to live beyond the cut-off
        chart.rows["follow_up"][0]["last_contact_date"] = (
            CUTOFF + timedelta(days=rng.randint(2, 25))
        ).isoformat()


def write_deaths_after_study_end(rng: Random, charts: list[Chart]) -> None:
    """Deaths between the study's end and the cut-off: alive for every analysis."""
    alive = [
        chart
        for chart in charts
        if chart.rows["follow_up"][0]["vital_status"] == "alive"
        and STUDY_END + timedelta(days=30) < chart.latest < CUTOFF
        and chart.rows["follow_up"][0]["last_contact_date"] == chart.latest.isoformat()
    ]
    for chart in rng.sample(alive, 2):
        row = chart.rows["follow_up"][0]
        row["vital_status"] = "dead"
        row["death_date"] = row["last_contact_date"]
        row["death_cause"] = rng.choice(("relapse", "infection"))


def with_copies(rng: Random, tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """The tables with some rows sent twice, the copy at the end of the file."""
    copied = dict(tables)
    for table in COPIED:
        copied[table] = tables[table] + rng.sample(tables[table], N_COPIES)
    return copied
