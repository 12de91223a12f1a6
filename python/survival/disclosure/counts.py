"""Counts as they may be shown: a multiple of the smallest, or that it is fewer."""

from __future__ import annotations

from typing import Any

from survival.formatting import Masked

Interval = tuple[float, float]
# What a count is of: its kind, its population, and what else tells it apart.
Key = tuple[Any, ...]
WITHHELD = Masked("masked")


def below(smallest: int) -> Masked:
    """What stands for a count that is 0 or too small to be shown."""
    return Masked(f"< {smallest}")


def rounded(count: int, *, smallest: int) -> int | Masked:
    """A count as the nearest multiple of `smallest`; below it, that it is.

    >>> [str(rounded(count, smallest=5)) for count in (0, 4, 5, 7, 8)]
    ['< 5', '< 5', '5', '5', '10']
    """
    if count < smallest:
        return below(smallest)
    return (2 * count + smallest) // (2 * smallest) * smallest


def window(shown: int | Masked, *, smallest: int) -> Interval:
    """The counts that are shown so.

    >>> window(5, smallest=5), window(10, smallest=5), window(below(4), smallest=4)
    ((5, 7), (8, 12), (0, 3))
    """
    if isinstance(shown, Masked):
        return 0, smallest - 1
    low = max(smallest, shown - smallest // 2)
    return low, shown + (smallest - 1) // 2


def multiple(count: int, *, smallest: int) -> int:
    """A count as curves are made from it: 0 where it may not be shown."""
    shown = rounded(count, smallest=smallest)
    return 0 if isinstance(shown, Masked) else shown
