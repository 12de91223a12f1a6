"""The search itself: three populations, cooled down until every figure is met."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from random import Random

from ..courses import Course
from . import mrd_pos, relapsed_refractory
from .anneal import Search

# steps of the first cooling, and of each later one from a lower temperature
STEPS = {
    "mrd_pos": (400_000, 60_000),
    "rr_ph_neg": (300_000, 50_000),
    "rr_ph_pos": (120_000, 30_000),
}
ATTEMPTS = 12
DAYS_PRINTED = 366
REHEATS = (0.1, 0.06, 0.1, 0.4, 0.06, 0.1)


def _start(group: str, rng: Random) -> Search:
    if group == "mrd_pos":
        return mrd_pos.start(rng)
    return relapsed_refractory.start(rng, group)


def solve(group: str, seed: int) -> list[Course]:
    """Courses of a group that meet all that was printed of it.

    Parameters
    ----------
    group : str
        `mrd_pos`, `rr_ph_neg` or `rr_ph_pos`.
    seed : int
        Decides every choice.

    Returns
    -------
    list of Course

    Raises
    ------
    RuntimeError
        If a figure is still missed after the last attempt; it names them.
    """
    missed: dict[str, float] = {}
    for attempt in range(ATTEMPTS):
        rng = Random(f"{seed}:{group}:{attempt}")
        search = _start(group, rng)
        first, later = STEPS[group]
        found = search.run(rng, steps=first)
        for hot in REHEATS:
            if not found:
                found = search.run(rng, steps=later, hot=hot)
        if search.best is not None:
            for course in search.best:
                _treat_failure(rng, course)
                _name_late_death(course)
            return search.best
        missed = search.missed()
    raise RuntimeError(f"seed {seed}, {group}: missed {missed}")


def _treat_failure(rng: Random, course: Course) -> None:
    """Cytotoxic therapy where the index drug did not help: no figure sees it."""
    if course.is_mrd_pos or course.is_responder or course.cytotoxic_day is not None:
        return
    latest = course.before("hsct") - 10
    if latest > 40 and rng.random() < 0.6:
        course.cytotoxic_day = rng.randint(32, min(latest, 75))


def _name_late_death(course: Course) -> None:
    """Some relapses are documented by the cause of death alone.

    Non-relapse mortality is printed at 12 months after transplant; whoever dies later
    moves no figure.
    """
    if course.is_dead and course.relapse_day is None and course.hsct_day is not None:
        is_late = course.end_day - course.hsct_day > DAYS_PRINTED
        course.dies_of_relapse |= course.is_in_remission_at_hsct and is_late


def solve_all(seed: int) -> list[Course]:
    """Courses of all populations, searched for in two processes."""
    with ProcessPoolExecutor(2) as pool:
        groups = ("mrd_pos", "rr_ph_neg", "rr_ph_pos")
        found = list(pool.map(solve, groups, [seed] * len(groups)))
    return [course for courses in found for course in courses]
