"""A whole twin: courses, baseline, charts, leavers and warts, as tables."""

from __future__ import annotations

from pathlib import Path
from random import Random

from .assembly import deal_cycles, site_of, write_chart
from .attrition import faults
from .baseline import deal_baseline
from .chart import Chart
from .courses import POPULATIONS, Course, read_courses
from .scale import Template
from .search.solve import solve_all
from .tables import COLUMNS, Row, keyed
from .warts import (
    with_copies,
    write_deaths_after_study_end,
    write_earlier_trial,
    write_findings,
    write_late_results,
)

STORED = Path(__file__).parent / "courses"


def courses_of(seed: int) -> dict[str, list[Course]]:
    """The courses of a seed by population: stored, or searched for (minutes)."""
    path = STORED / f"{seed}.csv"
    courses = read_courses(path) if path.exists() else solve_all(seed)
    return {
        name: [course for course in courses if course.population == name]
        for name in POPULATIONS
    }


def patient_ids(rng: Random, count: int) -> list[str]:
    """Pseudonyms: some look like numbers and are none."""
    return [f"{number:05d}" for number in sorted(rng.sample(range(1, 99_999), count))]


def deal_people(rng: Random, seed: int) -> list[Template]:
    """(course, baseline, cycles) of the cohort's patients."""
    courses = courses_of(seed)
    baseline = deal_baseline(rng, courses)
    people: list[Template] = []
    for name, members in courses.items():
        cycles = deal_cycles(rng, members, [c.n_cycles_possible() for c in members])
        people += list(zip(members, baseline[name], cycles, strict=True))
    return people


def write_charts(seed: int) -> list[Chart]:
    """The charts of all patients, the cohort's first."""
    rng = Random(f"{seed}:cohort")
    people = deal_people(rng, seed)
    rng.shuffle(people)
    wrong = faults()
    dated = [entry for entry in people if not entry[0].has_undated_death]
    everyone = people + [rng.choice(dated) for _ in wrong]
    numbers = patient_ids(rng, len(everyone))
    rng.shuffle(numbers)
    charts = []
    for number, (course, person, n_cycles) in enumerate(everyone):
        country, site = site_of(rng, number)
        chart = write_chart(
            patient_id=numbers[number],
            country=country,
            site_id=site,
            course=course,
            baseline=person,
            n_cycles=n_cycles,
            rng=Random(f"{seed}:{number}"),
        )
        if number >= len(people):
            wrong[number - len(people)](chart)
        charts.append(chart)
    write_findings(rng, charts[: len(people)])
    write_earlier_trial(rng, charts[: len(people)])
    write_late_results(rng, charts[: len(people)])
    write_deaths_after_study_end(rng, charts[: len(people)])
    return charts


def build_twin(*, seed: int) -> dict[str, list[Row]]:
    """The raw tables of a twin.

    Parameters
    ----------
    seed : int
        Decides every choice.

    Returns
    -------
    dict
        Table -> rows, sorted by key, copies at the end.
    """
    charts = write_charts(seed)
    tables = {
        table: keyed(table, [row for c in charts for row in c.rows.get(table, [])])
        for table in COLUMNS
    }
    return with_copies(Random(f"{seed}:copies"), tables)
