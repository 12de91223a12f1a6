"""Who the patients are: Table 1 dealt out to the courses."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from . import table_one as published
from .courses import Course
from .estimates import percent_at
from .samples import ages, prior_hsct_days


@dataclass(slots=True)
class Baseline:
    """One patient at the index date; the names follow `baseline_characteristics`."""

    sex: str
    age_years: int
    n_salvage_lines: int
    disease_status: str
    blast_category: str
    prior_hsct_days: int | None = None
    has_frontline_response: bool = True
    extramedullary: str = "no"
    best_grade: str = ""
    has_complete_mrd: bool = False
    is_evaluable_in_cycle_1: bool = False
    has_tki: bool = False


def _deal(rng: Random, cards: list, hands: int) -> list:
    if len(cards) != hands:
        raise ValueError(f"{len(cards)} values for {hands} patients")
    return rng.sample(cards, hands)


def _survival_difference(
    courses: list[Course], chosen: set[int], among: list[int]
) -> float:
    """Survival at 24 months of the chosen less that of the others."""
    percents = []
    for wanted in (True, False):
        members = [courses[i] for i in among if (i in chosen) is wanted]
        estimate = percent_at(
            [c.end_day for c in members], [c.is_dead for c in members], 24
        )[0]
        percents.append(-1000.0 if estimate is None else estimate)
    return percents[0] - percents[1]


def _salvage(rng: Random, population: str, courses: list[Course]) -> list[tuple]:
    """(disease status, prior salvage lines) for each course."""
    many = rng.sample(
        published.SALVAGE_MANY[population], len(published.SALVAGE_MANY[population])
    )
    none: list[tuple[str, int]] = []
    some: list[tuple[str, int]] = []
    for status, (zero, one, more) in published.SALVAGE[population].items():
        none += [(status, 0)] * zero
        some += [(status, 1)] * one + [(status, many.pop()) for _ in range(more)]
    if population.startswith("rr"):
        return _deal(rng, none + some, len(courses))
    first = iter(_deal(rng, none, sum(c.is_cr1 for c in courses)))
    later = iter(_deal(rng, some, sum(not c.is_cr1 for c in courses)))
    return [next(first) if course.is_cr1 else next(later) for course in courses]


def _choose(rng: Random, candidates: list[int], weight, size: int) -> set[int]:
    """A weighted sample without replacement (Efraimidis and Spirakis)."""
    keyed = sorted(candidates, key=lambda i: -(rng.random() ** (1 / weight(i))))
    return set(keyed[:size])


def _prior_transplanted(
    rng: Random, population: str, courses: list[Course], people: list[Baseline]
) -> set[int]:
    """Those with a transplant before index; in R/R Ph- they live longer."""
    able = [
        i
        for i, b in enumerate(people)
        if (b.disease_status, b.n_salvage_lines) != ("refractory", 0)
    ]
    sure = [i for i in able if courses[i].has_dli]
    for _ in range(500):
        chosen = set(sure) | _choose(
            rng,
            [i for i in able if i not in sure],
            lambda i: 1 + courses[i].end_day / 365,
            published.PRIOR_HSCT[population] - len(sure),
        )
        if population != "rr_ph_neg" or (
            4 < _survival_difference(courses, chosen, list(range(len(courses)))) < 16
        ):
            return chosen
    raise RuntimeError("no choice of transplants before index lives longer")


def _may_start_with_blasts(course: Course) -> bool:
    """MRD+ with blasts at index: remission has to be seen before all that needs it."""
    first = course.before("hsct", "relapse", "cytotoxic")
    if course.mrd == "responder":
        return course.response_day > 20 and first > 20
    return course.mrd == "not_evaluable" and first > 60


def _blasts(
    rng: Random, population: str, courses: list[Course], prior_hsct: set[int]
) -> list[str]:
    counts = published.BLAST_COUNTS[population]
    cards = [c for c, n in zip(published.BLASTS, counts, strict=True) for _ in range(n)]
    if population.startswith("mrd_pos"):
        many = [c for c in cards if c not in ("le_5", "")]
        few = [c for c in cards if c in ("le_5", "")]
        able = [i for i, c in enumerate(courses) if _may_start_with_blasts(c)]
        chosen = set(rng.sample(able, len(many)))
        dealt = iter(_deal(rng, few, len(courses) - len(chosen)))
        return [many.pop() if i in chosen else next(dealt) for i in range(len(courses))]
    for _ in range(500):
        dealt = _deal(rng, cards, len(courses))
        known = [i for i, c in enumerate(dealt) if c]
        below = {i for i in known if dealt[i] != "ge_50"}
        if (
            population != "rr_ph_neg"
            or 3 < _survival_difference(courses, below, known) < 16
        ):
            return dealt
    raise RuntimeError("no deal of marrow blasts lives longer below 50%")


def _extramedullary(
    rng: Random, population: str, courses: list[Course], people: list[Baseline]
) -> None:
    sites = published.EXTRAMEDULLARY[population]
    in_remission, with_mrd = published.EXTRAMEDULLARY_RESPONSE[population]
    total = sum(sites.values())
    members = range(len(courses))
    chosen: list[int] = []
    for wanted, size in (
        (lambda c: c.is_responder and c.mrd == "responder", with_mrd),
        (lambda c: c.is_responder and c.mrd != "responder", in_remission - with_mrd),
        (lambda c: not c.is_responder, total - in_remission),
    ):
        chosen += rng.sample([i for i in members if wanted(courses[i])], size)
    males = [i for i in chosen if people[i].sex == "male"]
    testis = set(rng.sample(males, sites.get("testis", 0)))
    rest = [s for s in sites for _ in range(sites[s]) if s != "testis"]
    rng.shuffle(rest)
    for i in chosen:
        people[i].extramedullary = "testis" if i in testis else rest.pop()
    others = [i for i in members if i not in chosen and not courses[i].is_responder]
    for i in rng.sample(others, published.EXTRAMEDULLARY_UNKNOWN[population]):
        people[i].extramedullary = "unknown"


def _cycle_1(rng: Random, population: str, courses: list[Course]) -> set[int]:
    """MRD+ patients with an adequate sample within cycle 1."""
    evaluable, responders = published.MRD_CYCLE_1[population]
    early = {
        i for i, c in enumerate(courses) if c.is_responder and c.response_day <= 42
    }
    if len(early) != responders:
        raise ValueError(f"{len(early)} early MRD responders, not {responders}")
    failed = [i for i, c in enumerate(courses) if c.mrd == "nonresponder"]
    must = [
        i for i in failed if courses[i].before("hsct", "relapse", "cytotoxic") <= 60
    ]
    late = [i for i, c in enumerate(courses) if c.is_responder and i not in early]
    others = [i for i in failed if i not in must]
    need = evaluable - responders - len(must)
    return early | set(must) | set(rng.sample(others + late, need))


def deal_baseline(
    rng: Random, courses: dict[str, list[Course]]
) -> dict[str, list[Baseline]]:
    """Baseline of every patient, by population, in the order of the courses.

    Parameters
    ----------
    rng : random.Random
        Source of choices.
    courses : dict
        Population -> courses.

    Returns
    -------
    dict
        Population -> one `Baseline` per course, with the printed counts.
    """
    aged = ages(rng, {name: len(members) for name, members in courses.items()})
    intervals = prior_hsct_days(rng)
    dealt: dict[str, list[Baseline]] = {}
    for name, members in courses.items():
        n = len(members)
        n_female = published.SEX_FEMALE[name]
        sexes = _deal(rng, ["female"] * n_female + ["male"] * (n - n_female), n)
        people = [
            Baseline(sex, age, lines, status, "")
            for sex, age, (status, lines) in zip(
                sexes,
                _deal(rng, aged[name], n),
                _salvage(rng, name, members),
                strict=True,
            )
        ]
        transplanted = _prior_transplanted(rng, name, members, people)
        days = iter(_deal(rng, intervals[name], len(transplanted)))
        for i in sorted(transplanted):
            people[i].prior_hsct_days = next(days)
        for person, category in zip(
            people, _blasts(rng, name, members, transplanted), strict=True
        ):
            person.blast_category = category
        responders = [i for i in range(n) if members[i].mrd == "responder"]
        for i in rng.sample(responders, published.COMPLETE_MRD[name]):
            people[i].has_complete_mrd = True
        if name.startswith("rr"):
            _deal_relapsed_refractory(rng, name, members, people)
        else:
            for i in _cycle_1(rng, name, members):
                people[i].is_evaluable_in_cycle_1 = True
        for i in rng.sample(range(n), published.CONCURRENT_TKI.get(name, 0)):
            people[i].has_tki = True
        dealt[name] = people
    return dealt


def _deal_relapsed_refractory(
    rng: Random, name: str, courses: list[Course], people: list[Baseline]
) -> None:
    n_failed = len(courses) - published.FRONTLINE_RESPONSE[name]
    primary = [
        i
        for i, b in enumerate(people)
        if (b.disease_status, b.n_salvage_lines) == ("refractory", 0)
    ]
    others = [
        i
        for i, b in enumerate(people)
        if b.n_salvage_lines > 0 and b.prior_hsct_days is None
    ]
    for i in primary + rng.sample(others, n_failed - len(primary)):
        people[i].has_frontline_response = False
    _extramedullary(rng, name, courses, people)
    responders = [i for i, c in enumerate(courses) if c.is_responder]
    grades = _deal(rng, published.BEST_GRADE[name], len(responders))
    for i, grade in zip(responders, grades, strict=True):
        people[i].best_grade = grade
