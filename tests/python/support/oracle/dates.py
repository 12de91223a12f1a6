"""Delivered dates, complete or partial, and the days that they become (P20)."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Delivered:
    """A date as delivered: its first and last possible day, before any bound."""

    first: date
    last: date
    precision: str


NO_DATE = Delivered(date.min, date.max, "none")


def delivered_date(text: str) -> Delivered:
    """`2016-03-09`, `2016-03` or `2016`; anything else raises `ValueError`."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        day = date.fromisoformat(text)
        return Delivered(day, day, "day")
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
        year, month = int(text[:4]), int(text[5:])
        first = date(year, month, 1)
        return Delivered(
            first, first.replace(day=calendar.monthrange(year, month)[1]), "month"
        )
    if re.fullmatch(r"[0-9]{4}", text):
        return Delivered(date(int(text), 1, 1), date(int(text), 12, 31), "year")
    raise ValueError(text)


@dataclass(frozen=True)
class Resolved:
    """A day, or None where the date is missing, and its possible days."""

    day: date | None
    earliest: date
    latest: date


def resolve(
    delivered: Delivered | None,
    *,
    not_before: date = date.min,
    not_after: date = date.max,
    data_cutoff_date: date,
) -> Resolved:
    """P20: the 15th, moved into what the other dates allow; a year only if narrow.

    Parameters
    ----------
    delivered : Delivered or None
        The date as delivered; None where the cell is empty.
    not_before, not_after : date
        What the patient's other dates allow, ends included.
    data_cutoff_date : date
        Nothing happens after it; a date wholly after it has no day that counts.

    Returns
    -------
    Resolved
        The day with the earliest and the latest possible one.
    """
    delivered = delivered or NO_DATE
    if delivered.precision == "day":
        return Resolved(delivered.first, delivered.first, delivered.first)
    earliest = max(delivered.first, not_before)
    if earliest > data_cutoff_date:
        return Resolved(None, earliest, delivered.last)
    latest = min(delivered.last, not_after, data_cutoff_date)
    day = None
    if delivered.precision == "month":
        day = min(max(delivered.first.replace(day=15), earliest), latest)
    elif delivered.precision == "year" and (latest - earliest).days + 1 <= 31:
        day = middle_day(earliest, latest)
    return Resolved(day, earliest, latest)


def middle_day(first: date, last: date) -> date:
    """The middle day of an interval, the earlier of two (P20)."""
    return first + timedelta(days=(last - first).days // 2)


def completed_years(birth: date, day: date) -> int:
    """P1: the birthday itself completes the year."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
