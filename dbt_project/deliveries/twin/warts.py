"""Harmless faults: copies, late results, records after the last contact."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from .chart import INDEX_DRUG, Chart
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


def write_findings(rng: Random, charts: list[Chart]) -> None:
    """What a gate warns of and no analysis follows."""
    later = [
        c
        for c in charts
        if c.rows["follow_up"][0]["last_contact_date"]
        == c.on(c.course.end_day).isoformat()
        and c.rows["follow_up"][0]["vital_status"] != "dead"
        and not c.rows["follow_up"][0]["trial_entry_date"]
    ]
    for chart in rng.sample(later, 3):
        # a blood count after the last contact that the site reports
        day = chart.course.end_day
        chart.add(
            "blood_counts",
            sample_date=chart.on(day),
            platelets_giga_per_l=180,
            neutrophils_giga_per_l="2.40",
        )
        contact = chart.on(day - rng.randint(3, 12))
        chart.rows["follow_up"][0]["last_contact_date"] = contact.isoformat()
    never = [
        c
        for c in charts
        if not c.course.is_mrd_pos
        and not c.course.is_responder
        and not c.course.is_in_remission_at_hsct
        and c.course.end_day > 60
    ]
    for chart in rng.sample(never, 2):
        # a relapse of a disease that was never in remission
        day = chart.on(rng.randint(30, 55))
        chart.add("relapses", relapse_date=day, relapse_type="haematological")
    for chart in rng.sample([c for c in never if not c.course.is_ph_pos], 1):
        chart.add(
            "genetic_findings",
            test_date=chart.on(50),
            marker="bcr_abl1",
            method="pcr",
            result="positive",
        )
    undated = [c for c in never if c.course.hsct_day is None]
    for chart in rng.sample(undated, 2):
        chart.add(
            "medications",
            drug="vincristine",
            start_date=None,
            drug_class="cytotoxic",
            end_date=None,
        )
    for chart in rng.sample([c for c in never if not c.course.has_dli], 1):
        chart.add("lymphocyte_infusions", infusion_date=None)
    for chart in rng.sample([c for c in charts if "medications" in c.rows], 3):
        chart.rows["medications"][0]["drug"] += " "


def write_earlier_trial(rng: Random, charts: list[Chart]) -> None:
    """One cycle of the index drug in a trial, before the programme."""
    able = [
        c for c in charts if not c.course.is_mrd_pos and c.baseline.n_salvage_lines > 1
    ]
    (chart,) = rng.sample(able, 1)
    for row in chart.rows["treatment_cycles"]:
        row["cycle_number"] = str(int(row["cycle_number"]) + 1)
    chart.add(
        "treatment_cycles",
        drug=INDEX_DRUG,
        cycle_number=1,
        access_program="clinical_trial",
        start_date=chart.on(-130),
        end_date=chart.on(-110),
    )


def with_copies(rng: Random, tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """The tables with some rows sent twice, the copy at the end of the file."""
    copied = dict(tables)
    for table in COPIED:
        copied[table] = tables[table] + rng.sample(tables[table], N_COPIES)
    return copied
