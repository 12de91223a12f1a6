"""How far an analysis is from what was printed of it.

An analysis is a sorted list of integer keys, one per patient, so that ties are in
order: `2 * day` for an event and `2 * day + 1` for a censoring (incidence: `4 * day`
plus 0 for the event, 1 for a competing one, 2 for a censoring). A distance is 0 where
the figure would print as published; else it grows with the printed units missed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from math import exp, log, log1p, sqrt

from ..estimates import DAYS_PER_MONTH, EPSILON, Z

HALF = log(log(2))
MOST = 128
LEFT = [0.0] + [(n - 1) / n for n in range(1, MOST)]
GREENWOOD = [0.0, 0.0] + [1 / (n * (n - 1)) for n in range(2, MOST)]
NEVER = "never"
NEAR = 0.02
Interval = tuple[float, float]


def days(months: float, decimals: int = 1) -> Interval:
    """The days that print as a number of months."""
    half = 0.5 * 10**-decimals
    return (
        (months - half) * DAYS_PER_MONTH + 1e-6,
        (months + half) * DAYS_PER_MONTH - 1e-6,
    )


def percents(value: float, decimals: int = 1) -> Interval:
    """The fractions that print as a percentage."""
    half = 0.5 * 10**-decimals
    return (value - half) / 100 + 1e-9, (value + half) / 100 - 1e-9


def outside(value: float, interval: Interval, unit: float) -> float:
    """Distance of a value from an interval, in units, damped when large."""
    miss = max(interval[0] - value, value - interval[1], 0.0)
    return 0.3 + 2 * log1p(miss / unit) if miss else 0.0


@dataclass(slots=True)
class Survival:
    """Targets of a Kaplan-Meier curve, forward or reverse.

    Attributes
    ----------
    median, low, high : tuple, str or None
        Interval of days, `never`, or nothing printed.
    at : list
        (day, interval of survival, interval of its lower and of its upper limit).
    """

    median: Interval | str | None = None
    low: Interval | None = None
    high: Interval | str | None = None
    at: list[tuple[float, Interval, Interval | None, Interval | None]] = field(
        default_factory=list
    )

    def distance(self, keys: list[int]) -> float:
        """Sum over the targets; the formulas are those of `estimates`."""
        n = len(keys)
        survival, greenwood = 1.0, 0.0
        event_days, levels = [-1], [(1.0, 0.0)]
        for index, key in enumerate(keys):
            if key & 1:
                continue
            survival *= LEFT[n - index]
            greenwood += GREENWOOD[n - index]
            if key >> 1 == event_days[-1]:
                levels[-1] = (survival, greenwood)
            else:
                event_days.append(key >> 1)
                levels.append((survival, greenwood))
        last = keys[-1] >> 1
        curve = (event_days, levels, last)
        total = 0.0
        if self.median is not None:
            total += _crossed(self.median, curve, 0)
        if self.low is not None:
            total += _crossed(self.low, curve, -1)
        if self.high is not None:
            total += _crossed(self.high, curve, 1)
        for day, *wanted in self.at:
            reached = levels[bisect_right(event_days, day) - 1]
            total += _level(wanted, *reached) + max(0.0, (day - last) / 60)
        return total


def _band(level: tuple[float, float], side: int) -> float:
    """The curve, or its lower (-1) or upper (1) limit."""
    survival, greenwood = level
    if side == 0 or survival > 1 - EPSILON:
        return survival
    if survival < EPSILON:
        return 0.0 if side < 0 else 1.0
    log_s = log(survival)
    return exp(log_s * exp(-side * Z * sqrt(greenwood) / -log_s))


def _crossed(wanted: Interval | str, curve: tuple, side: int) -> float:
    """Where a band falls below a half, against where it was printed to do so."""
    event_days, levels, last = curve
    if wanted is NEVER:
        least = min(_band(level, side) for level in levels)
        return 1 + 40 * (0.5 - least) if least < 0.5 - EPSILON else 0.0
    rest = -1
    day: float | None = None
    for found, level in zip(event_days, levels, strict=True):
        if (side <= 0 and level[0] > 0.85) or (side > 0 and level[0] > 0.5 + EPSILON):
            continue
        value = _band(level, side)
        if value < 0.5 - EPSILON:
            day = (rest + found) / 2 if rest >= 0 else found
            break
        if value < 0.5 + EPSILON:
            rest = found
    if day is None and rest >= 0:
        day = (rest + last) / 2
    if day is not None and wanted[0] <= day <= wanted[1]:
        return 0.0
    before = _band(levels[bisect_left(event_days, wanted[0]) - 1], side)
    after = _band(levels[bisect_right(event_days, wanted[1]) - 1], side)
    missed = 0.3 + 30 * (max(0.0, 0.5 - before) + max(0.0, after - 0.5))
    if day is not None:
        missed += 0.5 * outside(day, wanted, 30)
    return missed


def _level(wanted: list, survival: float, greenwood: float) -> float:
    level, low, high = wanted
    if low is None:
        return outside(survival, level, NEAR)
    if not EPSILON < survival < 1 - EPSILON:
        return 10.0
    total = _percents_outside(survival, level)
    centre = log(-log(survival))
    width = Z * sqrt(greenwood) / -log(survival)
    total += _percents_outside(exp(-exp(centre + width)), low)
    return total + _percents_outside(exp(-exp(centre - width)), high)


@dataclass(slots=True)
class Incidence:
    """Targets of a cumulative incidence at 12 months; `weight` below 1 is a wish."""

    level: Interval
    low: Interval | None = None
    high: Interval | None = None
    weight: float = 1.0

    def distance(self, keys: list[int]) -> float:
        """Aalen-Johansen and the variance of R's `cmprsk`, as in `estimates`."""
        horizon = 4 * int(12 * DAYS_PER_MONTH) + 3
        survival, total, variance = 1.0, 0.0, 0.0
        v1 = v2 = v3 = 0.0
        index, n = 0, len(keys)
        while index < n and keys[index] <= horizon:
            day = keys[index] >> 2
            at_risk = n - index
            counts = [0, 0, 0, 0]
            while index < n and keys[index] >> 2 == day:
                counts[keys[index] & 3] += 1
                index += 1
            one, two = counts[0], counts[1]
            if not one and not two:
                continue
            after = survival * (at_risk - one - two) / at_risk
            total += survival * one / at_risk
            inverse = 1 / after if after > 0 else 0.0
            for count, own in ((two, 0.0), (one, 1.0)):
                if not count or (not own and after <= 0):
                    continue
                tied = 1 - (count - 1) / (at_risk - 1) if count > 1 else 1.0
                weight = survival * survival * tied * count / (at_risk * at_risk)
                slope = own + total * inverse
                v1 += slope * slope * weight
                v2 += inverse * slope * weight
                v3 += inverse * inverse * weight
            if one:
                variance = v1 + total * total * v3 - 2 * total * v2
            survival = after
        if total <= 0:
            return self.weight * 10
        missed = _percents_outside(total, self.level)
        if self.low is not None:
            ratio = exp(Z * sqrt(max(variance, 0.0)) / total)
            missed += _percents_outside(total / ratio, self.low)
            missed += _percents_outside(total * ratio, self.high)
        return self.weight * missed


def _percents_outside(value: float, interval: Interval) -> float:
    """Distance in percentage points: few figures hang together as these limits do."""
    return 200 * max(interval[0] - value, value - interval[1], 0.0)


@dataclass(slots=True)
class Better:
    """A direction without a number: survival at a month of one curve over another."""

    margin: float
    most: float
    day: float = 24 * DAYS_PER_MONTH

    def distance(self, keys: list[int]) -> float:
        """Keys of the second group are shifted by `SECOND`."""
        cut = len(keys)
        for index, key in enumerate(keys):
            if key >= SECOND:
                cut = index
                break
        first = _survival_at(keys[:cut], 2 * int(self.day) + 1)
        second = _survival_at(
            [key - SECOND for key in keys[cut:]], 2 * int(self.day) + 1
        )
        return 2 * log1p(
            100 * max(0.0, self.margin - first + second, first - second - self.most)
        )


SECOND = 1 << 20


def _survival_at(keys: list[int], horizon: int) -> float:
    survival, n = 1.0, len(keys)
    for index, key in enumerate(keys):
        if key > horizon:
            break
        if not key & 1:
            survival *= LEFT[n - index]
    return survival


@dataclass(slots=True)
class Range:
    """Shortest and longest follow-up of those without the event: keys are days."""

    shortest: Interval
    longest: Interval

    def distance(self, keys: list[int]) -> float:
        """Both ends of the range, in days."""
        return outside(keys[0], self.shortest, 1) + outside(keys[-1], self.longest, 1)


@dataclass(slots=True)
class Crowding:
    """No event day shared by more than three patients: keys are those of a curve."""

    most: int = 3

    def distance(self, keys: list[int]) -> float:
        """Half a unit for each patient too many."""
        total, run, last = 0, 0, -1
        for key in keys:
            if key & 1:
                continue
            run = run + 1 if key == last else 1
            last = key
            total += run > self.most
        return total / 2


def marks(figures: dict[str, object]) -> list[float]:
    """Middles of the intervals of days in the targets of forward curves."""
    found = []
    for name, figure in figures.items():
        if isinstance(figure, Survival) and not name.startswith(("follow", "to_")):
            for wanted in (figure.median, figure.low, figure.high):
                if isinstance(wanted, tuple):
                    found.append((wanted[0] + wanted[1]) / 2)
            found += [day for day, *_ in figure.at]
    return sorted(set(found))
