"""Charts from courses: sites, calendar, and every raw table of a patient."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from .baseline import Baseline
from .chart import Chart
from .courses import Course
from .extramedullary import write_extramedullary
from .history import write_history
from .marrow import write_baseline_marrow, write_marrows_after_index
from .mrd import write_mrd
from .outcome import STUDY_END, write_follow_up, write_relapse
from .treatment import (
    write_comedication,
    write_cycles,
    write_cytotoxic,
    write_infusions,
    write_transplant,
)

ENROLMENT_START = date(2014, 1, 1)
ENROLMENT_END = date(2017, 6, 30)
# sites of the programme by country: 51, the larger ones first
SITES = {"FR": 17, "IT": 12, "RU": 7, "ES": 8, "GB": 7}


def site_ids() -> list[tuple[str, str]]:
    """(country, site) of the participating sites."""
    return [
        (country, f"{country}-{number:02d}")
        for country, count in SITES.items()
        for number in range(1, count + 1)
    ]


def site_of(rng: Random, number: int) -> tuple[str, str]:
    """The first patients open the sites; later ones prefer the larger."""
    sites = site_ids()
    if number < len(sites):
        return sites[number]
    weights = [1 + 9 / int(site.split("-")[1]) for _, site in sites]
    return rng.choices(sites, weights)[0]


def ending(rng: Random, course: Course) -> tuple[str, date]:
    """How follow-up ends, and the index date that lets it end so."""
    latest = min(ENROLMENT_END, STUDY_END - timedelta(days=course.end_day + 1))
    if course.has_undated_death:
        reason = "undated_death"
    elif course.is_dead:
        reason = "death"
    else:
        at_study_end = STUDY_END - timedelta(days=course.end_day)
        if ENROLMENT_START <= at_study_end <= ENROLMENT_END and rng.random() < 0.78:
            return "study_end", at_study_end
        reason = "trial_entry" if rng.random() < 0.2 else "last_contact"
    if reason == "death" and rng.random() < 0.08:
        # a death shortly before the turn of a year
        year = 2014 + (course.end_day + 60) // 365 + rng.randint(0, 1)
        start = date(year, 12, 20) - timedelta(days=course.end_day)
        if ENROLMENT_START <= start <= latest:
            return reason, start
    span = (latest - ENROLMENT_START).days
    day = round(span * rng.betavariate(2.2, 1.6))
    return reason, ENROLMENT_START + timedelta(days=min(day, span))


def write_chart(
    *,
    patient_id: str,
    country: str,
    site_id: str,
    course: Course,
    baseline: Baseline,
    n_cycles: int,
    rng: Random,
) -> Chart:
    """One patient's rows.

    Parameters
    ----------
    patient_id, country, site_id : str
        Pseudonyms.
    course, baseline : Course, Baseline
        What shall come out.
    n_cycles : int
        Cycles of the programme.
    rng : random.Random
        Source of this patient's choices.

    Returns
    -------
    Chart
        With all its rows.
    """
    reason, index_date = ending(rng, course)
    chart = Chart(patient_id, site_id, country, course, baseline, index_date, rng)
    write_history(chart)
    treated_until = write_cycles(chart, n_cycles)
    write_baseline_marrow(chart)
    start = write_marrows_after_index(chart)
    write_mrd(chart, start)
    write_extramedullary(chart, start)
    write_relapse(chart)
    write_transplant(chart)
    write_cytotoxic(chart)
    write_infusions(chart, treated_until)
    write_comedication(chart, treated_until)
    write_follow_up(chart, reason)
    return chart


def deal_cycles(rng: Random, courses: list[Course], possible: list[int]) -> list[int]:
    """Cycles per patient with a median of two, each within what is possible."""
    n = len(courses)
    order = rng.sample(range(n), n)
    cycles = [0] * n
    n_one = round(0.36 * n)
    for i in sorted(order, key=lambda i: possible[i]):
        if possible[i] == 1 or (n_one > 0 and rng.random() < 0.45):
            cycles[i] = 1
            n_one -= 1
        else:
            extra = rng.random()
            cycles[i] = min(possible[i], 2 if extra < 0.6 else rng.choice((3, 4, 5)))
    if not sum(c == 1 for c in cycles) < n / 2 < sum(c <= 2 for c in cycles):
        raise RuntimeError("the median number of cycles is not two")
    return cycles
