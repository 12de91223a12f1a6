"""What an attacker gets back from a report that was handed on: counts of a few.

Everything is read from the files as they were released. A step of a curve from one
value to the next is 1 - d / n: a fraction with a denominator not above the number of
patients, which its decimals give back. The tables are added up and subtracted, and
where counts are rounded, the windows of sums that must hold are narrowed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

from survival.disclosure.bounds import known_small, tightened
from survival.disclosure.counts import below, window

UNIT = 1_000_000
# Which numbers of a row are the whole and its parts.
SUMS = {"attrition": (0, 1, 3), "reconciliation": (0, 1, 2, 3)}
COUNT = re.compile(r"(\d+)(?: of (\d+))?(?: \((?:\d+\.\d|masked)\))?$")
# These count numbers that the paper prints, not patients.
NOT_PATIENTS = ("published_summary", "published_comparison", "disagreements")


class Claim(NamedTuple):
    """A count that the attacker takes to be known."""

    where: str
    day: int | None
    count: int


def attack(folder: str | Path, *, smallest: int) -> list[Claim]:
    """Counts from 1 to below `smallest` that a report's files give away."""
    place = Path(folder)
    text = (place / "index.html").read_text(encoding="utf-8")
    drawn = [
        text,
        *(path.read_text("utf-8") for path in _files(place, "figures/*.svg")),
    ]
    claims = []
    for content in drawn:
        claims += [*_from_curves(content), *_from_risk_tables(content)]
        claims += _from_words(content)
    is_rounded = f"rounded to a multiple of {smallest}" in text
    for path in _files(place, "tables/*.csv"):
        if path.stem not in NOT_PATIENTS:
            claims += _from_table(path)
        if is_rounded and path.stem in SUMS:
            claims += _from_sums(path, smallest=smallest)
    return [claim for claim in claims if 0 < claim.count < smallest]


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern))


def _from_curves(text: str) -> Iterator[Claim]:
    for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        name = re.search(r'data-name="([^"]*)"', svg).group(1)
        for curve in re.findall(
            r'<g class="curve [^>]*data-curve="survival".*?</g></g>', svg, re.DOTALL
        ):
            stratum = re.search(r'data-stratum="([^"]*)"', curve).group(1)
            path = re.search(r'class="line" d="([^"]*)"', curve).group(1)
            n = int(re.search(r'data-at="0:(\d+)', curve).group(1))
            where = f"{name}/{stratum}"
            for day, count in reconstructed(path, n=n):
                yield Claim(where, day, count)
            yield from _from_readings(curve, where)
        # Of stacked incidences the upper edge is 1 - S.
        stacks = re.findall(
            r'data-at="0:(\d+)[^>]*>.*?class="stack" d="([^"]*)"', svg, re.DOTALL
        )
        if stacks:
            n, outline = stacks[-1]
            for day, count in reconstructed(turned(outline), n=int(n)):
                yield Claim(f"{name}/all causes", day, count)
            yield from _from_readings(svg, f"{name}/all causes")


def _from_readings(drawn: str, where: str) -> Iterator[Claim]:
    # What a reader can read off is as good as a risk table for every day.
    at_risk = re.findall(r"(?:^|;)(\d+):(\d+)", _readings(drawn))
    for (day, before), (_, after) in pairwise(at_risk):
        yield Claim(where, int(day), int(before) - int(after))


def turned(outline: str) -> str:
    """The upper edge of a stack, upside down: the survival of all causes.

    >>> turned("M0 0H5V100000H9V300000H12V0H5V0H0Z")
    'M0 1000000H5V900000H9V700000'
    """
    path, last = f"M0 {UNIT}", -1
    for day, height in re.findall(r"H(\d+)V(\d+)", outline):
        # The edge goes out to the last day and comes back along the one below.
        if int(day) <= last:
            break
        last = int(day)
        path += f"H{day}V{UNIT - int(height)}"
    return path[: path.rindex("H")] if "H" in path else path


def _from_words(text: str) -> Iterator[Claim]:
    """Counts in captions and alternative texts."""
    words = re.findall(r'aria-label="([^"]*)"|<figcaption>(.*?)</figcaption>', text)
    for sentence in ("".join(found) for found in words):
        for count in re.findall(r"\bN (\d+)|\bevents (\d+)|, n (\d+)", sentence):
            yield Claim("words", None, int("".join(count)))


def _from_sums(path: Path, *, smallest: int) -> Iterator[Claim]:
    """Counts that windows of rounded counts narrow, where rows and steps add up."""
    with path.open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    windows, sums = {}, []
    for place, row in enumerate(rows):
        cells = [(place, column) for column in range(2, len(row))]
        for key in cells:
            text = row[key[1]]
            if text.isdecimal():
                windows[key] = window(int(text), smallest=smallest)
            elif text == str(below(smallest)):
                windows[key] = window(below(smallest), smallest=smallest)
        whole, *parts = (cells[column] for column in SUMS[path.stem])
        sums.append((whole, tuple(parts)))
        if path.stem == "attrition" and place:
            sums.append(((place - 1, len(row) - 1), (cells[0],)))
    for key in known_small(tightened(windows, sums), smallest=smallest):
        yield Claim(f"{path.stem}: {rows[key[0]][1]}", None, 1)


def _readings(curve: str) -> str:
    return re.search(r'data-at="([^"]*)"', curve).group(1)


def reconstructed(path: str, *, n: int) -> Iterator[tuple[int, int]]:
    """(day, events) of each step of a survival curve, from its heights alone.

    Of the fractions within the precision of the drawing the one with the fewest at
    risk that is not more than before stands, and its multiples up to them are open;
    with a step right before it the multiple is known.

    >>> list(reconstructed("M0 1000000H5V900000H9V800000", n=10))
    [(5, 1), (9, 1)]
    """
    height, most = UNIT, n
    # A curve that starts below 1 has stepped there.
    for day, lower in re.findall(r"(?:H(?=\d+V)|M)(\d+)[V ](\d+)", path):
        ratio = Fraction(int(lower), height)
        share = (1 - ratio).limit_denominator(most)
        slack = Fraction(2, height)
        if share and abs(share - (1 - ratio)) <= slack:
            times = most // share.denominator
            yield int(day), share.numerator * times
            most = (share.denominator - share.numerator) * times
        height = max(int(lower), 1)


def _from_risk_tables(text: str) -> Iterator[Claim]:
    for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        name = re.search(r'data-name="([^"]*)"', svg).group(1)
        for row in re.findall(r'<text[^>]*class="m small risk">(.*?)</text>', svg):
            numbers = [int(number) for number in re.findall(r">(\d+)<", row)]
            for before, after in pairwise(numbers):
                yield Claim(f"{name}: risk table", None, abs(after - before))


def _from_table(path: Path) -> Iterator[Claim]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    counts = [[_counts(cell) for cell in row] for row in rows]
    for row, cells in zip(rows, counts, strict=True):
        for found in cells:
            for count in found:
                yield Claim(f"{path.stem}: {row[1]}", None, count)
            if len(found) == 2:
                yield Claim(f"{path.stem}: {row[1]}", None, found[1] - found[0])
    # A column's counts within a block, each from each: parts of the same whole.
    for (row, cells), (_, others) in combinations(zip(rows, counts, strict=True), 2):
        for first, second in zip(cells, others, strict=False):
            if len(first) == len(second) == 2 and first[1] == second[1]:
                rest = first[1] - first[0] - second[0]
                yield Claim(f"{path.stem}: beside {row[1]}", None, rest)


def _counts(cell: str) -> tuple[int, ...]:
    found = COUNT.match(cell)
    if found is None:
        return ()
    return tuple(int(group) for group in found.groups() if group is not None)
