"""Relapses, and how follow-up ended."""

from __future__ import annotations

from datetime import date, timedelta

from .chart import Chart
from .marrow import write_counts, write_marrow

STUDY_END = date(2017, 12, 31)
CUTOFF = date(2018, 3, 31)
OTHER_CAUSES = ("infection", "toxicity", "other", "unknown")


def write_relapse(chart: Chart) -> None:
    """The relapse: seen in a marrow, outside it, or reported alone."""
    rng, course = chart.rng, chart.course
    if course.has_undated_relapse:
        chart.add("relapses", relapse_date=None, relapse_type="haematological")
        return
    day = course.relapse_day
    if day is None:
        if course.is_mrd_pos and rng.random() < 0.06 and course.end_day > 200:
            chart.add(
                "relapses",
                relapse_date=chart.on(rng.randint(110, course.end_day - 1)),
                relapse_type="molecular",
            )
        return
    seen = rng.random()
    kind = "haematological"
    if seen < 0.62:
        write_marrow(chart, day, rng.choice(("ge_10_lt_50", "ge_50", "ge_50")))
        if rng.random() < 0.7:
            write_counts(chart, day, "none", course.end_day)
    elif seen < 0.76:
        kind = "extramedullary"
        chart.add(
            "extramedullary_assessments",
            assessment_date=chart.on(day),
            site=rng.choice(("cns", "other")),
            involvement="yes",
        )
    if seen < 0.45 or seen >= 0.62:
        # a report may be later than what the laboratory saw
        lag = rng.randint(0, 9) if seen < 0.45 else 0
        row = chart.add(
            "relapses",
            relapse_date=chart.on(min(day + lag, course.end_day)),
            relapse_type=kind,
        )
        chart.blur(row, "relapse_date", chance=0.6)


def _death_cause(chart: Chart) -> str | None:
    rng, course = chart.rng, chart.course
    relapsed = course.relapse_day is not None or course.has_undated_relapse
    if course.dies_of_relapse:
        return "relapse"
    if course.hsct_day is not None and not relapsed:
        return rng.choice(("transplant_related", "infection", "toxicity", "unknown"))
    if relapsed or not course.is_responder:
        return rng.choice(("relapse", "relapse", "relapse", "infection", "other", None))
    return rng.choice(OTHER_CAUSES)


def write_follow_up(chart: Chart, reason: str) -> None:
    """`follow_up`; `reason` is how the course ends.

    Parameters
    ----------
    chart : Chart
        The patient, all other rows written.
    reason : str
        `death`, `undated_death`, `study_end`, `trial_entry` or `last_contact`.
    """
    rng, course = chart.rng, chart.course
    end = chart.on(course.end_day)
    contact, status, died, cause, trial = end, "alive", None, None, None
    if reason == "death":
        status, died, cause = "dead", end, _death_cause(chart)
        # the last visit may lie before the death
        contact = end if rng.random() < 0.6 else max(chart.latest, chart.index_date)
    elif reason == "undated_death":
        status, cause = "dead", "unknown"
        contact = max(chart.latest, chart.on(course.end_day - rng.randint(5, 40)))
    elif reason == "study_end":
        contact = STUDY_END + timedelta(days=rng.randint(0, 85))
    elif reason == "trial_entry":
        trial = end
        contact = min(end + timedelta(days=rng.randint(1, 200)), CUTOFF)
    else:
        status = "lost" if rng.random() < 0.5 else "alive"
    if reason != "study_end":
        contact = max(contact, min(chart.latest, end))
    year_alone = False
    if died is not None and (died.month, died.day) > (12, 15):
        # known to have died in that year alone: the last contact leaves so much of
        # the year that its middle is the intended day
        since = died - (date(died.year, 12, 31) - died)
        year_alone = chart.latest <= since
        contact = since if year_alone else contact
    row = chart.add(
        "follow_up",
        last_contact_date=contact,
        vital_status=status,
        death_date=died,
        death_cause=cause,
        trial_entry_date=trial,
    )
    if year_alone:
        row["death_date"] = row["death_date"][:4]
    elif (
        died is not None and contact == died and died.day >= 15 and rng.random() < 0.15
    ):
        # the last record moves the imputed day to the day of death
        row["death_date"] = row["death_date"][:7]
    if trial is not None:
        chart.blur(row, "trial_entry_date", chance=0.5)
