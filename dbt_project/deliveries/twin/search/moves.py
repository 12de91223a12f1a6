"""Changes of a course, and what makes a course one that a chart can tell."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ..courses import Course
from .anneal import changed

LAST_DAY = 1100
WINDOW = 84


@dataclass(frozen=True, slots=True)
class Bounds:
    """Follow-up of those alive at its end, in days: the printed range."""

    shortest: int = 20
    longest: int = LAST_DAY


def salvage_day(course: Course, lag: int) -> int | None:
    """Cytotoxic therapy for a relapse that no transplant came before."""
    if course.relapse_day is None or course.hsct_day is not None:
        return None
    day = course.relapse_day + lag
    return day if day < course.end_day - 3 else None


def is_valid(course: Course, bounds: Bounds) -> bool:
    """Whether the days can follow one another as they do.

    Response, relapse, transplant and end of follow-up keep the distances that visits
    need, and a transplant is in remission or in relapse as the course says.
    """
    end, hsct, relapse = course.end_day, course.hsct_day, course.relapse_day
    response, cytotoxic = course.response_day, course.cytotoxic_day
    if not 18 <= end <= LAST_DAY:
        return False
    if not course.is_dead and not bounds.shortest <= end <= bounds.longest:
        return False
    after = 12
    if response is not None:
        if not 14 <= response <= WINDOW or response > end - 2:
            return False
        after = response
    if relapse is not None:
        if relapse < max(after + 10, 25) or relapse > end - 3:
            return False
        if course.is_mrd_pos and course.mrd == "not_evaluable" and relapse < 30:
            return False
    if hsct is not None:
        if hsct < max(after + 10, 30) or hsct > end - 2:
            return False
        if course.is_in_remission_at_hsct:
            if relapse is not None and relapse < hsct + 14:
                return False
        elif (course.is_mrd_pos or course.is_responder) and (
            relapse is None or relapse > hsct - 20
        ):
            return False
    if cytotoxic is not None:
        if cytotoxic <= after:
            return False
        if hsct is not None and cytotoxic > hsct - 7:
            return False
        if cytotoxic > end - 3:
            return False
    return not (course.has_dli and end < 21)


def _shifted(rng: Random, day: int) -> int:
    choice = rng.random()
    if choice < 0.35:
        return day + rng.choice((-3, -2, -1, 1, 2, 3))
    if choice < 0.75:
        return day + rng.randint(-30, 30)
    return day + rng.randint(-250, 250)


class Proposals:
    """Random changes of one population's courses, valid ones only.

    Parameters
    ----------
    bounds : dict
        Population -> bounds of follow-up.
    lags : list of (int or None)
        Per course, days from a relapse to cytotoxic therapy, None for no therapy.
    early : list of (bool or None)
        Per course, whether the response falls in cycle 1, None where free.
    marks : list of float
        Days after index (MRD+) or after the response (R/R) at which a printed curve
        crosses something: ends and relapses are proposed there more often.
    """

    def __init__(
        self,
        bounds: dict[str, Bounds],
        lags: list[int | None],
        early: list[bool | None],
        marks: list[float],
    ) -> None:
        self.bounds = bounds
        self.lags = lags
        self.early = early
        self.marks = marks

    def fits(self, number: int, course: Course) -> bool:
        """Valid, and the response in the cycle that the counts need."""
        early = self.early[number]
        if early is not None and (course.response_day <= 42) is not early:
            return False
        return is_valid(course, self.bounds[course.population])

    def salvaged(self, number: int, course: Course) -> Course:
        """The therapy that follows the relapse, unless it is part of the course."""
        lag = self.lags[number]
        if lag is not None:
            course.cytotoxic_day = salvage_day(course, lag)
        return course

    def one(self, rng: Random, number: int, course: Course) -> Course | None:
        """One course with one thing changed."""
        choice = rng.random()
        fixed = course.has_undated_death
        if choice < 0.08:
            day = round(rng.choice(self.marks)) + rng.choice(
                (-3, -2, -1, 0, 0, 1, 2, 3)
            )
            if not course.is_mrd_pos and rng.random() < 0.5:
                day += course.response_day or 0
            if course.relapse_day is not None and rng.random() < 0.7:
                return changed(course, relapse_day=day)
            return changed(course, end_day=day)
        if choice < 0.30:
            return changed(course, end_day=_shifted(rng, course.end_day))
        if choice < 0.50 and course.relapse_day is not None:
            return changed(course, relapse_day=_shifted(rng, course.relapse_day))
        if choice < 0.60:
            if fixed or not may_relapse(course):
                return None
            if course.relapse_day is not None:
                return changed(course, relapse_day=None)
            first = max(25, course.response_day or 0, course.hsct_day or 0)
            if first + 5 >= course.end_day:
                return None
            return changed(
                course,
                relapse_day=rng.randint(first, course.end_day),
                dies_of_relapse=False,
            )
        if choice < 0.70:
            if fixed:
                return None
            return changed(course, is_dead=not course.is_dead, dies_of_relapse=False)
        if choice < 0.82 and course.hsct_day is not None:
            return changed(course, hsct_day=_shifted(rng, course.hsct_day))
        if choice < 0.92 and course.response_day is not None:
            return changed(course, response_day=rng.randint(14, WINDOW))
        if choice < 0.96 and self.is_treated_first(number, course):
            return changed(course, cytotoxic_day=_shifted(rng, course.cytotoxic_day))
        if course.is_dead and course.relapse_day is None and not fixed:
            if course.hsct_day is None:
                return None
            return changed(course, dies_of_relapse=not course.dies_of_relapse)
        return None

    def is_treated_first(self, number: int, course: Course) -> bool:
        """Whether cytotoxic therapy before a transplant is part of the course."""
        return self.lags[number] is None and course.cytotoxic_day is not None

    def two(
        self, rng: Random, courses: list[Course], one: int, other: int
    ) -> tuple[Course, Course] | None:
        """Two courses that exchange their ends, or their transplants."""
        first, second = courses[one], courses[other]
        if first.has_undated_death or second.has_undated_death:
            return None
        if rng.random() < 0.6:
            names = ("end_day", "is_dead", "relapse_day", "dies_of_relapse")
        else:
            names = ("hsct_day", "is_in_remission_at_hsct")
            if (
                first.is_responder is not second.is_responder
                or first.is_ph_pos is not second.is_ph_pos
                or self.is_treated_first(one, first)
                or self.is_treated_first(other, second)
            ):
                return None
        return (
            changed(first, **{name: getattr(second, name) for name in names}),
            changed(second, **{name: getattr(first, name) for name in names}),
        )

    def __call__(self, rng: Random, courses: list[Course]) -> dict[int, Course]:
        """A proposal: valid changes by number, or nothing."""
        number = rng.randrange(len(courses))
        if rng.random() < 0.15:
            other = rng.randrange(len(courses))
            if other == number:
                return {}
            pair = self.two(rng, courses, number, other)
            if pair is None:
                return {}
            proposed = {number: pair[0], other: pair[1]}
        else:
            single = self.one(rng, number, courses[number])
            if single is None:
                return {}
            proposed = {number: single}
        for index, course in proposed.items():
            self.salvaged(index, course)
            if not self.fits(index, course) or not has_role(course):
                return {}
        return proposed


def may_relapse(course: Course) -> bool:
    """MRD+ and responders are in remission; others from a remission at transplant."""
    if course.is_mrd_pos:
        return not (course.hsct_day is not None and not course.is_in_remission_at_hsct)
    if course.is_responder:
        return course.hsct_day is None or course.is_in_remission_at_hsct
    return course.is_in_remission_at_hsct


def has_role(course: Course) -> bool:
    """A relapse belongs to a remission; a death of relapse to one not documented."""
    if course.relapse_day is not None and not course.is_mrd_pos:
        if not (course.is_responder or course.is_in_remission_at_hsct):
            return False
        if not course.is_responder and course.relapse_day <= (course.hsct_day or 0):
            return False
    return not (
        course.dies_of_relapse
        and (course.relapse_day is not None or not course.is_dead)
    )
