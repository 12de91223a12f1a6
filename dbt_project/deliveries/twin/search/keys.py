"""Keys of a course in each analysis (see `figures` for what a key is)."""

from __future__ import annotations

from ..courses import Course


def overall(course: Course) -> int:
    """OS."""
    return 2 * course.end_day + (not course.is_dead)


def overall_at_hsct(course: Course) -> int:
    """OS censored at transplant; an event of that day comes first."""
    if course.hsct_day is not None:
        return 2 * course.hsct_day + 1
    return overall(course)


def event_free(course: Course, origin: int = 0) -> int:
    """DFS from index, RFS from the response."""
    if course.relapse_day is not None:
        return 2 * (course.relapse_day - origin)
    return overall(course) - 2 * origin


def event_free_at_hsct(course: Course, origin: int = 0) -> int:
    """The same, censored at transplant."""
    key = event_free(course, origin)
    if course.hsct_day is None or course.hsct_day < origin:
        return key
    return min(key, 2 * (course.hsct_day - origin) + 1)


def follow_up(key: int) -> int:
    """Key of the reverse curve: ends are its events, deaths its censorings.

    Days are doubled and deaths moved half a day ahead, so that they leave first.
    """
    day = key >> 1
    return 2 * (2 * day) if key & 1 else 2 * (2 * day - 1) + 1


def incidence(course: Course) -> int:
    """Non-relapse mortality after transplant."""
    origin = course.hsct_day
    if course.relapse_day is not None:
        return 4 * (course.relapse_day - origin) + 1
    cause = 2
    if course.is_dead:
        cause = 1 if course.dies_of_relapse else 0
    return 4 * (course.end_day - origin) + cause


def to_hsct(course: Course) -> int:
    """From response to transplant, censored at therapy, death and the end."""
    origin = course.response_day
    if course.cytotoxic_day is not None and (
        course.hsct_day is None or course.cytotoxic_day < course.hsct_day
    ):
        return 2 * (course.cytotoxic_day - origin) + 1
    if course.hsct_day is not None:
        return 2 * (course.hsct_day - origin)
    return 2 * (course.end_day - origin) + 1
