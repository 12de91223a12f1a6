"""R/R: 106 and 34 courses and what was printed of them."""

from __future__ import annotations

from random import Random

from ..courses import Course
from . import keys
from .anneal import Figure, Search
from .figures import (
    NEVER,
    SECOND,
    Better,
    Crowding,
    Incidence,
    Survival,
    days,
    marks,
    percents,
)
from .moves import Bounds
from .start import Hsct, draft, give_hsct, proposals

NEG, POS = "rr_ph_neg", "rr_ph_pos"
RESPONSES = ("responder", "nonresponder", "not_evaluable")
EVALUATED = {NEG: (35, 7, 12), POS: (8, 4, 2)}
OTHERS = {NEG: 52, POS: 20}
HSCT = {
    (NEG, True): Hsct(in_remission=26, in_relapse=7, cytotoxic=4),
    (NEG, False): Hsct(in_remission=3, in_relapse=7),
    (POS, True): Hsct(in_remission=6, cytotoxic=6),
    (POS, False): Hsct(in_relapse=5),
}
# donor lymphocytes: of the remission's MRD responders, nonresponders, not evaluable,
# and of those without a remission
DLI = (5, 1, 3, 4)
BOUNDS = {NEG: Bounds(longest=1095), POS: Bounds(longest=1000)}


def _at(month: int, *wanted: float) -> tuple:
    intervals = [percents(value) for value in wanted] + [None, None]
    return (month * 30.5, *intervals[:3])


def figures(population: str) -> dict[str, Figure]:
    """What was printed, by analysis."""
    crowding = {
        "crowding_os": Crowding(),
        "crowding_rfs": Crowding(),
        "crowding_to_hsct": Crowding(),
    }
    if population == POS:
        return {
            "os": Survival(median=days(16.3), low=days(5.3), high=NEVER),
            "os_at_hsct": Survival(median=days(16.3), low=days(5.3), high=days(16.3)),
            "os_responder": Survival(at=[_at(24, 56.6)]),
            "os_nonresponder": Survival(at=[_at(24, 46.4)]),
            "rfs": Survival(median=days(6.7), at=[_at(24, 21.2, 4.0, 47.3)]),
            "rfs_at_hsct": Survival(median=days(6.7)),
            # printed as 15.4: with six at risk the least that is not 0 is 16.7
            "nrm": Incidence(percents(16.7)),
            **crowding,
        }
    rfs = {"median": days(11.0), "low": days(8.2), "high": days(15.4)}
    return {
        "os": Survival(median=days(12.2), low=days(7.3), high=days(24.2)),
        "os_at_hsct": Survival(median=days(9.5), low=days(7.1), high=days(24.2)),
        "rfs": Survival(**rfs, at=[_at(24, 33.1, 19.0, 47.8)]),
        "rfs_at_hsct": Survival(**rfs),
        "rfs_mrd_responder": Survival(at=[_at(24, 35.0)]),
        "rfs_mrd_nonresponder": Survival(at=[_at(24, 28.6)]),
        "os_dli": Survival(at=[_at(12, 76.2, 42.7, 91.7), _at(18, 66.6, 33.1, 86.1)]),
        "rfs_dli": Survival(at=[_at(12, 51.9, 16.4, 78.8), _at(18, 51.9, 16.4, 78.8)]),
        "to_hsct": Survival(median=days(4.6), low=days(2.2), high=NEVER),
        # the point alone: with 29 evaluable no data give the printed limits as well
        "nrm": Incidence(percents(19.3)),
        "os_by_remission": Better(margin=0.05, most=0.35),
        "os_by_mrd": Better(margin=0.05, most=0.4),
        "dli_deaths": Count(4),
        "dli_deaths_in_remission": Count(1),
        "dli_relapses": Count(3),
        **crowding,
    }


class Count:
    """A count of events: one key per event."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted

    def distance(self, keys: list[int]) -> float:
        """Events too many or too few."""
        return abs(len(keys) - self.wanted)


def keys_of(course: Course) -> dict[str, int]:
    """The analyses that a course is in, and its key in each."""
    key = keys.overall(course)
    found = {"os": key, "os_at_hsct": keys.overall_at_hsct(course), "crowding_os": key}
    is_neg = not course.is_ph_pos
    if is_neg:
        found["os_by_remission"] = key + (0 if course.is_responder else SECOND)
        if course.has_dli:
            found["os_dli"] = key
            if course.is_dead:
                found["dli_deaths"] = 0
    else:
        found["os_responder" if course.is_responder else "os_nonresponder"] = key
    if course.is_responder:
        _add_remission(found, course)
    if course.hsct_day is not None and course.is_in_remission_at_hsct:
        found["nrm"] = keys.incidence(course)
    return found


def _add_remission(found: dict[str, int], course: Course) -> None:
    origin = course.response_day
    rfs = keys.event_free(course, origin)
    found["rfs"] = found["crowding_rfs"] = rfs
    found["rfs_at_hsct"] = keys.event_free_at_hsct(course, origin)
    found["to_hsct"] = found["crowding_to_hsct"] = keys.to_hsct(course)
    if course.is_ph_pos:
        del found["to_hsct"]
        return
    if course.mrd != "not_evaluable":
        found[f"rfs_mrd_{course.mrd}"] = rfs
        found["os_by_mrd"] = found["os"] + (0 if course.mrd == "responder" else SECOND)
    if course.has_dli:
        found["rfs_dli"] = rfs
        if course.relapse_day is not None:
            found["dli_relapses"] = 0
        elif course.is_dead:
            found["dli_deaths_in_remission"] = 0


def _drafts(rng: Random, population: str) -> list[Course]:
    courses: list[Course] = []
    groups = list(zip(RESPONSES, EVALUATED[population], strict=True))
    for mrd, count in [*groups, ("none", OTHERS[population])]:
        members = draft(
            rng,
            population=population,
            is_cr1=False,
            mrd="not_evaluable" if mrd == "none" else mrd,
            is_responder=mrd != "none",
            count=count,
        )
        if population == NEG:
            for course in members[: DLI[(*RESPONSES, "none").index(mrd)]]:
                course.has_dli = True
        courses += members
    for is_responder in (True, False):
        members = [c for c in courses if c.is_responder is is_responder]
        give_hsct(rng, members, HSCT[population, is_responder])
    for course in courses:
        if not course.is_responder and course.is_in_remission_at_hsct:
            # the remission that a later therapy brought
            course.cytotoxic_day = 0
    return courses


def start(rng: Random, population: str) -> Search:
    """A first state of the search."""
    courses = _drafts(rng, population)
    wanted = figures(population)
    propose = proposals(rng, courses, BOUNDS, {}, marks(wanted))
    return Search(courses, wanted, keys_of, propose)
