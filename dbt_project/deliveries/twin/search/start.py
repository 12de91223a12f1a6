"""Places to fill: which courses a population has, with first days for each."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ..courses import Course
from .moves import WINDOW, Bounds, Proposals, has_role, is_valid, may_relapse


@dataclass(frozen=True, slots=True)
class Hsct:
    """Transplants of a group: in remission, in relapse, after cytotoxic therapy."""

    in_remission: int = 0
    in_relapse: int = 0
    cytotoxic: int = 0


def _first_days(rng: Random, course: Course, bounds: Bounds) -> None:
    """Plausible days, drawn until they are valid."""
    for _ in range(10_000):
        course.is_dead = course.has_undated_death or rng.random() < 0.4
        course.end_day = round(
            rng.expovariate(1 / 350) + 30
            if course.is_dead
            else rng.uniform(bounds.shortest, bounds.longest)
        )
        if course.hsct_day is not None:
            course.hsct_day = rng.randint(40, 240)
        in_relapse = course.hsct_day is not None and not course.is_in_remission_at_hsct
        course.relapse_day = None
        if in_relapse and (course.is_mrd_pos or course.is_responder):
            course.relapse_day = rng.randint(25, course.hsct_day)
        elif (
            may_relapse(course)
            and not course.has_undated_relapse
            and rng.random() < 0.4
        ):
            course.relapse_day = rng.randint(30, 500)
        if course.cytotoxic_day is not None:
            course.cytotoxic_day = rng.randint(15, course.hsct_day)
        if is_valid(course, bounds) and has_role(course):
            return
    raise RuntimeError(f"no first days for {course}")


def draft(
    rng: Random,
    *,
    population: str,
    is_cr1: bool,
    mrd: str,
    is_responder: bool,
    count: int,
) -> list[Course]:
    """Courses without days."""
    return [
        Course(
            population=population,
            is_cr1=is_cr1,
            mrd=mrd,
            is_responder=is_responder,
            response_day=rng.randint(16, WINDOW - 4) if is_responder else None,
            hsct_day=None,
            relapse_day=None,
            cytotoxic_day=None,
            end_day=0,
            is_dead=False,
        )
        for _ in range(count)
    ]


def give_hsct(rng: Random, courses: list[Course], transplants: Hsct) -> None:
    """Transplants for some of the courses; therapy first for those in relapse."""
    total = transplants.in_remission + transplants.in_relapse
    chosen = rng.sample([c for c in courses if not c.has_undated_relapse], total)
    for number, course in enumerate(chosen):
        course.hsct_day = 0
        course.is_in_remission_at_hsct = number >= transplants.in_relapse
        if number < transplants.cytotoxic:
            course.cytotoxic_day = 0


def proposals(
    rng: Random,
    courses: list[Course],
    bounds: dict[str, Bounds],
    n_early: dict[str, int],
    marks: list[float],
) -> Proposals:
    """First days for the drafts, and what may be done to them.

    Parameters
    ----------
    rng : random.Random
        Source of choices.
    courses : list of Course
        Drafts; their days are filled in.
    bounds : dict
        Population -> bounds of follow-up.
    n_early : dict
        Population -> responses within cycle 1, where counted.
    marks : list of float
        Days at which printed curves cross something.
    """
    early: list[bool | None] = [None] * len(courses)
    for population, count in n_early.items():
        members = [
            i
            for i, c in enumerate(courses)
            if c.population == population and c.is_responder
        ]
        first = set(rng.sample(members, count))
        for i in members:
            early[i] = i in first
            courses[i].response_day = (
                rng.randint(16, 42) if early[i] else rng.randint(43, WINDOW - 4)
            )
    lags: list[int | None] = []
    for course in courses:
        _first_days(rng, course, bounds[course.population])
        free = course.cytotoxic_day is None and course.hsct_day is None
        lags.append(rng.randint(3, 15) if free and rng.random() < 0.6 else None)
    made = Proposals(bounds, lags, early, marks)
    for number, course in enumerate(courses):
        made.salvaged(number, course)
    return made
