"""The project's estimators in plain Python, for the generator's own aim.

They follow the conventions of the warehouse (integer days, events before
censorings, Greenwood and log(-log) limits, medians by the rule of R's `survfit`),
but share no code with it: a twin must not be tuned by the estimators it tests.
"""

from __future__ import annotations

from math import exp, log, sqrt

DAYS_PER_MONTH = 30.5
Z = 1.959963984540054
EPSILON = 1e-9


def steps(times: list[int], events: list[bool]) -> list[tuple[int, int, int]]:
    """(day, at risk, events) for each day with an event."""
    at_risk = len(times)
    table: list[tuple[int, int, int]] = []
    pairs = sorted(zip(times, events, strict=True))
    index = 0
    while index < len(pairs):
        day, n_left, n_event = pairs[index][0], 0, 0
        while index < len(pairs) and pairs[index][0] == day:
            n_left += 1
            n_event += pairs[index][1]
            index += 1
        if n_event:
            table.append((day, at_risk, n_event))
        at_risk -= n_left
    return table


def curve(times: list[int], events: list[bool]) -> list[tuple[int, float, float]]:
    """(day, survival, Greenwood sum) after each day with an event."""
    survival, greenwood = 1.0, 0.0
    points = []
    for day, at_risk, n_event in steps(times, events):
        survival *= (at_risk - n_event) / at_risk
        if at_risk > n_event:
            greenwood += n_event / (at_risk * (at_risk - n_event))
        points.append((day, max(survival, 0.0), greenwood))
    return points


def limits(survival: float, greenwood: float) -> tuple[float, float] | None:
    """Limits of 95% on the log(-log) scale, None at 0 and 1."""
    if not EPSILON < survival < 1 - EPSILON:
        return None
    width = Z * sqrt(greenwood) / abs(log(survival))
    centre = log(-log(survival))
    return exp(-exp(centre + width)), exp(-exp(centre - width))


def crossing(points: list[tuple[int, float]], last_day: int) -> float | None:
    """Day on which a curve falls below a half: R's mid-point where it rests there."""
    for index, (day, value) in enumerate(points):
        if value < 0.5 - EPSILON:
            return day
        if abs(value - 0.5) <= EPSILON:
            later = [d for d, v in points[index + 1 :] if v < 0.5 - EPSILON]
            return (day + (later[0] if later else last_day)) / 2
    return None


def median(
    times: list[int], events: list[bool]
) -> tuple[float | None, float | None, float | None]:
    """Median and its limits in days; None is not reached, or not estimable."""
    points = curve(times, events)
    last = max(times)
    bands = [(day, limits(s, g)) for day, s, g in points if limits(s, g) is not None]
    return (
        crossing([(day, s) for day, s, _ in points], last),
        crossing([(day, band[0]) for day, band in bands], last),
        crossing([(day, band[1]) for day, band in bands], last),
    )


def percent_at(
    times: list[int], events: list[bool], month: int
) -> tuple[float | None, float | None, float | None]:
    """Survival in percent at a month, with limits; None past the last day."""
    day = month * DAYS_PER_MONTH
    points = [p for p in curve(times, events) if p[0] <= day]
    survival, greenwood = points[-1][1:] if points else (1.0, 0.0)
    if max(times) < day and survival > 0:
        return None, None, None
    band = limits(survival, greenwood)
    low, high = band if band else (None, None)
    scaled = [None if v is None else 100 * v for v in (survival, low, high)]
    return scaled[0], scaled[1], scaled[2]


def median_follow_up(times: list[int], events: list[bool]) -> float | None:
    """Median of the reverse curve: on one day, deaths leave before follow-up ends."""
    shifted = [2 * t - (1 if e else 0) for t, e in zip(times, events, strict=True)]
    points = curve(shifted, [not e for e in events])
    day = crossing([(d, s) for d, s, _ in points], max(shifted))
    return None if day is None else day / 2


def incidence(
    times: list[int], causes: list[int], month: int
) -> tuple[float, float | None, float | None]:
    """Aalen-Johansen incidence of cause 1 in percent, limits on the log scale.

    The variance is that of R's `cmprsk::cuminc`.
    """
    horizon = month * DAYS_PER_MONTH
    survival, total, variance = 1.0, 0.0, 0.0
    v1 = v2 = v3 = 0.0
    at_risk = len(times)
    for day in sorted(set(times)):
        if day > horizon:
            break
        here = [c for t, c in zip(times, causes, strict=True) if t == day]
        one, two = here.count(1), here.count(2)
        after = survival * (at_risk - one - two) / at_risk
        total += survival * one / at_risk
        inverse = 1 / after if after > 0 else 0.0
        for count, own in ((two, 0.0), (one, 1.0)):
            if not count or (not own and after <= 0):
                continue
            tied = 1 - (count - 1) / (at_risk - 1) if count > 1 else 1.0
            weight = survival**2 * tied * count / at_risk**2
            slope = own + total * inverse
            v1 += slope**2 * weight
            v2 += inverse * slope * weight
            v3 += inverse**2 * weight
        if one:
            variance = v1 + total**2 * v3 - 2 * total * v2
        survival = after
        at_risk -= len(here)
    if total <= 0:
        return 0.0, None, None
    ratio = exp(Z * sqrt(variance) / total)
    return 100 * total, 100 * total / ratio, 100 * total * ratio
