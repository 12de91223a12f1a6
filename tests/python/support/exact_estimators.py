"""The estimators in exact fractions, straight from their definitions.

Patients are pairs (time_days, status). Slow, and apart from the package's and the
SQL's code on purpose.
"""

from collections.abc import Callable
from fractions import Fraction

Patients = list[tuple[int, int]]


def days(patients: Patients) -> list[int]:
    """Day 0 and every day on which anyone leaves."""
    return sorted({0, *(time for time, _ in patients)})


def product_limit(
    patients: Patients,
    day: int,
    *,
    failures: set[int],
    leaving_first: set[int] = frozenset(),
) -> tuple[Fraction, Fraction | None]:
    """S(day) and the variance of S(day) by Greenwood, None where S is 0.

    Patients with a status in `leaving_first` are not at risk for the failures of the
    day on which they leave.
    """
    survival, greenwood = Fraction(1), Fraction(0)
    for now in [d for d in days(patients) if d <= day]:
        n_failure = sum(t == now and s in failures for t, s in patients)
        n_exposed = sum(
            t > now or (t == now and s not in leaving_first) for t, s in patients
        )
        if not n_failure:
            continue
        if n_failure == n_exposed:
            return Fraction(0), None
        survival *= 1 - Fraction(n_failure, n_exposed)
        greenwood += Fraction(n_failure, n_exposed * (n_exposed - n_failure))
    return survival, survival**2 * greenwood


def incidence(patients: Patients, day: int, *, cause: int) -> tuple[Fraction, Fraction]:
    """F(day) of a cause and its Aalen-type variance, as a sum over all earlier days."""
    terms, value, event_free = [], Fraction(0), Fraction(1)
    for now in [d for d in days(patients) if d <= day]:
        n = sum(t >= now for t, _ in patients)
        tally = {s: sum((t, k) == (now, s) for t, k in patients) for s in (1, 2)}
        if not n or not any(tally.values()):
            continue
        value += event_free * Fraction(tally[cause], n)
        left = event_free * (1 - Fraction(sum(tally.values()), n))
        for status, d in tally.items():
            if d and (left or status == cause):
                tie = Fraction(n - d, n - 1) if d > 1 else Fraction(1)
                spread = event_free**2 * Fraction(d, n * n) * tie
                terms.append((value, left, spread, status == cause))
        event_free = left
    variance = sum(
        (
            spread * (own - ((value - then) / left if left else 0)) ** 2
            for then, left, spread, own in terms
        ),
        Fraction(0),
    )
    return value, variance


def exponential_incidence_exponent(patients: Patients, day: int) -> Fraction:
    """H(day), with increments (F(t) - F(t-)) / (1 - F(t-)) of status 1."""
    total, before = Fraction(0), Fraction(0)
    for now in [d for d in days(patients) if d <= day]:
        value, _ = incidence(patients, now, cause=1)
        if value > before:
            total += (value - before) / (1 - before)
        before = value
    return total


def median(
    patients: Patients, survival: Callable[[int], Fraction]
) -> tuple[Fraction | None, bool]:
    """The first day with S < 1/2, or the middle of the stretch on which S is 1/2."""
    for day in days(patients):
        value = survival(day)
        if value < Fraction(1, 2):
            return Fraction(day), False
        if value == Fraction(1, 2):
            later = [d for d in days(patients) if d > day and survival(d) < value]
            end = later[0] if later else days(patients)[-1]
            return Fraction(day + end, 2), True
    return None, False
