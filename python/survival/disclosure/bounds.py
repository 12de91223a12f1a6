"""What rounded counts still say: the interval of each, with all sums that must hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import inf

from survival.disclosure.counts import Interval, Key


def tightened(
    intervals: Mapping[Key, Interval],
    sums: Iterable[tuple[Key, tuple[Key, ...]]],
) -> dict[Key, Interval]:
    """The intervals that remain where each whole is the sum of its parts.

    Parameters
    ----------
    intervals : mapping of key to (low, high)
        Of published counts; whatever else a sum names is 0 or more.
    sums : iterable of (whole, parts)

    Returns
    -------
    dict of key to (low, high)
    """
    known = dict(intervals)
    relations = list(sums)
    by_key: dict[Key, list[int]] = {}
    for place, (whole, parts) in enumerate(relations):
        for key in (whole, *parts):
            by_key.setdefault(key, []).append(place)
            known.setdefault(key, (0, inf))
    waiting = set(range(len(relations)))
    while waiting:
        whole, parts = relations[waiting.pop()]
        for key, low, high in _implied(known, whole, parts):
            found = (max(known[key][0], low), min(known[key][1], high))
            if found != known[key]:
                known[key] = found
                waiting.update(by_key[key])
    return known


def _implied(
    known: Mapping[Key, Interval], whole: Key, parts: tuple[Key, ...]
) -> Iterator[tuple[Key, float, float]]:
    low = sum(known[part][0] for part in parts)
    high = sum(known[part][1] for part in parts)
    yield whole, low, high
    for part in parts:
        others_low = low - known[part][0]
        others_high = sum(known[other][1] for other in parts if other is not part)
        yield part, known[whole][0] - others_high, known[whole][1] - others_low


def known_small(intervals: Mapping[Key, Interval], *, smallest: int) -> list[Key]:
    """The keys whose count is known to be from 1 to below `smallest`."""
    return [
        key for key, (low, high) in intervals.items() if low >= 1 and high < smallest
    ]
