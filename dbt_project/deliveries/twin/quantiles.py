"""Samples whose quantiles are given, by hill climbing on bounded integers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor
from random import Random


def quantile(values: Sequence[float], q: float) -> float:
    """Quantile of R type 2 (SAS definition 5): ties between ranks are averaged."""
    ranked = sorted(values)
    position = len(ranked) * q
    low = max(ceil(position - 1e-9), 1)
    high = min(floor(position + 1e-9) + 1, len(ranked))
    return (ranked[low - 1] + ranked[high - 1]) / 2


def climb(
    *,
    groups: list[int],
    draw: Callable[[], int],
    targets: dict[tuple[int, ...], tuple[float, float, float]],
    scale: float,
    tolerance: float,
    rng: Random,
    limit: int = 400_000,
) -> list[list[int]]:
    """Integers for each group that meet the quartiles of groups and unions.

    Parameters
    ----------
    groups : list of int
        Size of each group.
    draw : callable
        Proposes one integer.
    targets : dict
        Indices of pooled groups -> (lower quartile, median, upper quartile), after
        division by `scale`.
    scale, tolerance : float
        Unit of the targets, and half their printed unit.
    rng : random.Random
        Source of choices.
    limit : int
        Proposals before giving up.

    Returns
    -------
    list of list of int
        The values by group.

    Raises
    ------
    RuntimeError
        If the limit is reached.
    """
    values = [[draw() for _ in range(size)] for size in groups]

    def cost() -> float:
        total = 0.0
        for members, wanted in targets.items():
            pooled = [v for m in members for v in values[m]]
            for q, target in zip((0.25, 0.5, 0.75), wanted, strict=True):
                distance = abs(quantile(pooled, q) / scale - target)
                total += max(0.0, distance - 0.9 * tolerance)
        return total

    best = cost()
    for _ in range(limit):
        if best == 0:
            return values
        group = rng.randrange(len(values))
        index = rng.randrange(len(values[group]))
        kept = values[group][index]
        values[group][index] = (
            draw() if rng.random() < 0.5 else max(1, kept + rng.choice((-3, -1, 1, 3)))
        )
        proposed = cost()
        if proposed <= best:
            best = proposed
        else:
            values[group][index] = kept
    raise RuntimeError(f"no sample with quartiles {targets} in {limit} proposals")
