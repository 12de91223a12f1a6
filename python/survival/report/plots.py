"""The figures that are no curves: who is in, how they responded, where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from survival.report.svg import drawing, line, number, rectangle, text
from survival.study import Record, Value

WIDTH = 560.0


def attrition_diagram(
    steps: Sequence[Record], populations: Sequence[tuple[str, int]], *, label: str
) -> str:
    """The flow from delivered to included patients, and into the populations."""
    rise, gap, left, wide = 26.0, 16.0, 10.0, 210.0
    parts, y = [], 6.0
    middle = left + wide / 2
    boxes = [(f"Delivered, N {steps[0]['n_in']!s}", None)] if steps else []
    boxes += [(_criterion(step), step) for step in steps]
    for (words, step), following in _with_next(boxes):
        is_last = following is None
        shown = f"{words}, {step['n_out']!s}" if step else words
        if is_last:
            shown = f"Included, N {step['n_out']!s}"
        parts.append(rectangle(left, y, wide, rise, kind="last" if is_last else "box"))
        parts.append(text(middle, y + 17, shown, anchor="m"))
        if following is not None:
            bend = y + rise + gap / 2
            parts.append(line(middle, y + rise, middle, y + rise + gap, kind="axis"))
            parts.append(line(middle, bend, left + wide + 24, bend, kind="axis"))
            parts.append(
                text(left + wide + 30, bend + 4, _excluded(following[1]), kind="small")
            )
        y += rise + gap
    parts += _populations_row(populations, middle, y, gap)
    return drawing(parts, width=WIDTH, height=y + 34, label=label, name="attrition")


def _with_next(items: list) -> list:
    return [*pairwise(items), (items[-1], None)] if items else []


def _criterion(step: Record) -> str:
    words = step["criterion"].replace("_", " ")
    return words[0].upper() + words[1:]


def _excluded(step: Record) -> str:
    words = f"{step['n_excluded']!s} left: not {step['criterion'].replace('_', ' ')}"
    words = words.replace("not no ", "")
    return words + (f" ({step['n_unknown']} unknown)" if step["n_unknown"] else "")


def _populations_row(
    populations: Sequence[tuple[str, int]], middle: float, y: float, gap: float
) -> list[str]:
    if not populations:
        return []
    wide = (WIDTH - 20 - 8 * (len(populations) - 1)) / len(populations)
    parts = [line(middle, y - gap, middle, y - gap / 2, kind="axis")]
    centres = [10 + wide / 2 + place * (wide + 8) for place in range(len(populations))]
    parts.append(line(centres[0], y - gap / 2, centres[-1], y - gap / 2, kind="axis"))
    for centre, (label, count) in zip(centres, populations, strict=True):
        parts.append(line(centre, y - gap / 2, centre, y, kind="axis"))
        parts.append(rectangle(centre - wide / 2, y, wide, 26, kind="box"))
        parts.append(text(centre, y + 17, f"{label}, N {count}", anchor="m"))
    return parts


class Bar(NamedTuple):
    """A stacked bar of shares of one denominator, with the limits of their sum."""

    label: str
    note: str
    denominator: int
    shares: tuple[tuple[int, str, int], ...]
    limits: tuple[float, float] | None


def response_bars(
    bars: Sequence[Bar], legend: Sequence[tuple[int, str]], *, label: str, name: str
) -> str:
    """Stacked shares per population; the whisker is the exact 95% limits of the sum."""
    left, right, row = 150.0, 20.0, 40.0
    across = (WIDTH - left - right) / 100
    top = 10.0 + 16 * ((len(legend) + 1) // 2)
    base = top + row * len(bars)
    parts = []
    for index, (place, words) in enumerate(legend):
        x, y = 10 + 270 * (index % 2), 12 + 16 * (index // 2)
        parts.append(rectangle(x, y - 9, 18, 10, kind=f"share c{place}"))
        parts.append(text(x + 24, y, words))
    for percent in (0, 25, 50, 75, 100):
        x = left + across * percent
        parts.append(line(x, top, x, base, kind="grid"))
        parts.append(text(x, base + 15, str(percent), anchor="m"))
    parts.append(text(left + 50 * across, base + 30, "Patients, %", anchor="m"))
    for index, bar in enumerate(bars):
        y = top + index * row + 6
        parts.append(text(left - 8, y + 11, bar.label, anchor="e", kind="strong"))
        parts.append(text(left - 8, y + 24, bar.note, anchor="e", kind="small"))
        parts += _shares(bar, left, y, across)
    return drawing(parts, width=WIDTH, height=base + 36, label=label, name=name)


def _shares(bar: Bar, left: float, y: float, across: float) -> list[str]:
    parts, x = [], left
    for place, measure, count in bar.shares:
        wide = 100 * across * count / bar.denominator if bar.denominator else 0
        counted = f' data-measure="{measure}" data-n="{count}"'
        parts.append(rectangle(x, y, wide, 20, kind=f"share c{place}", extra=counted))
        if wide > 26 and measure != "masked":
            parts.append(text(x + wide / 2, y + 14, str(count), anchor="m", kind="on"))
        x += wide
    if bar.limits is not None:
        low, high = (left + across * limit for limit in bar.limits)
        middle = y + 25
        parts.append(
            f'<path class="whisker" data-low="{bar.limits[0]:.4f}" '
            f'data-high="{bar.limits[1]:.4f}" d="M{number(low)} {number(middle)}'
            f"H{number(high)}M{number(low)} {number(middle - 3)}v6"
            f'M{number(high)} {number(middle - 3)}v6"/>'
        )
    return parts


class Mark(NamedTuple):
    """A row of a panel: an estimate with its limits, in percent; a heading has none."""

    label: str
    place: int = 0
    value: Value = Value()
    words: str = ""
    is_hollow: bool = False
    key: str = ""
    is_heading: bool = False


def month_panel(marks: Sequence[Mark], *, label: str, name: str, axis: str) -> str:
    """Estimates at one month by group, the landmark ones as hollow diamonds."""
    left, right, row = 190.0, 140.0, 17.0
    across = (WIDTH - left - right) / 100
    base = 8 + row * len(marks)
    parts = []
    for percent in (0, 25, 50, 75, 100):
        x = left + across * percent
        parts.append(line(x, 4, x, base, kind="grid"))
        parts.append(text(x, base + 15, str(percent), anchor="m"))
    parts.append(text(left + 50 * across, base + 30, axis, anchor="m"))
    for index, mark in enumerate(marks):
        y = 8 + row * index + 12
        kind = "strong" if mark.is_heading else "small"
        parts.append(text(4 if mark.is_heading else 16, y, mark.label, kind=kind))
        if mark.is_heading:
            continue
        parts.append(text(WIDTH - 4, y, mark.words, anchor="e", kind="small"))
        if mark.value.is_estimable:
            parts.append(_mark(mark, left, y - 4, across))
    return drawing(parts, width=WIDTH, height=base + 36, label=label, name=name)


def _mark(mark: Mark, left: float, y: float, across: float) -> str:
    x = left + across * mark.value.estimate
    limits = ""
    if mark.value.has_limits:
        low, high = (left + across * limit for limit in mark.value[1:])
        limits = f'<path class="line" d="M{number(low)} {number(y)}H{number(high)}"/>'
    if mark.is_hollow:
        point = f'<path class="hollow" d="M{number(x)} {number(y - 5)}l5 5-5 5-5-5z"/>'
    else:
        point = f'<circle class="point" cx="{number(x)}" cy="{number(y)}" r="4"/>'
    return f'<g class="mark c{mark.place}" data-key="{mark.key}">{limits}{point}</g>'
