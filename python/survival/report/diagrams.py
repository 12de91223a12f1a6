"""The figures that are no curves: who is in, how they responded, where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import NamedTuple

from survival.formatting import Masked
from survival.groups import Value
from survival.report.render import draw

WIDTH = 560.0
# Letters that fit beside the flow, at their widest.
LETTERS = 44
Count = int | Masked


class Step(NamedTuple):
    """A box of the flow: what is counted there, and who leaves after it."""

    words: str
    excluded: str = ""

    @property
    def lines(self) -> list[str]:
        """Who leaves, in lines that fit beside the flow."""
        return wrap(self.excluded, LETTERS)


def attrition_diagram(
    steps: Sequence[Step], populations: Sequence[str], *, label: str
) -> str:
    """The flow from delivered to included patients, and into the populations."""
    rise, gap, left, wide = 26.0, 16.0, 10.0, 262.0
    foot = 6 + (rise + gap) * len(steps)
    share = (WIDTH - 20 + 8) / max(len(populations), 1)
    return draw(
        "attrition.svg",
        name="attrition",
        label=label,
        width=WIDTH,
        height=foot + 34,
        left=left,
        wide=wide,
        rise=rise,
        gap=gap,
        foot=foot,
        boxes=[
            {"words": step.words, "excluded": step.lines, "y": 6 + (rise + gap) * place}
            for place, step in enumerate(steps)
        ],
        parts=[
            {"x": 10 + share * (place + 0.5) - 4, "wide": share - 8, "words": words}
            for place, words in enumerate(populations)
        ],
    )


class Share(NamedTuple):
    """A part of a bar: its colour, what it is, and how many."""

    place: int
    measure: str
    count: int
    is_masked: bool = False


class Bar(NamedTuple):
    """A stacked bar of shares of one denominator, with the limits of their sum."""

    label: str
    note: str
    denominator: int
    shares: tuple[Share, ...]
    limits: tuple[float, float]


def response_bars(
    bars: Sequence[Bar], legend: Sequence[tuple[int, str]], *, label: str, name: str
) -> str:
    """Stacked shares per population; the whisker is the exact 95% limits of the sum."""
    left, right, row = 150.0, 20.0, 40.0
    across = (WIDTH - left - right) / 100
    top = 10.0 + 16 * ((len(legend) + 1) // 2)
    base = top + row * len(bars)
    return draw(
        "bars.svg",
        name=name,
        label=label,
        width=WIDTH,
        height=base + 36,
        left=left,
        across=across,
        top=top,
        base=base,
        legend=[
            {
                "x": 10 + 270 * (place % 2),
                "y": 12 + 16 * (place // 2),
                "place": colour,
                "words": words,
            }
            for place, (colour, words) in enumerate(legend)
        ],
        bars=[
            {
                "label": bar.label,
                "note": bar.note,
                "limits": bar.limits,
                "y": top + place * row + 6,
                "shares": _shares(bar, left, across),
            }
            for place, bar in enumerate(bars)
        ],
    )


def _shares(bar: Bar, left: float, across: float) -> list[dict[str, object]]:
    drawn, x = [], left
    for share in bar.shares:
        wide = 100 * across * share.count / bar.denominator if bar.denominator else 0
        is_written = wide > 26 and not share.is_masked
        own = {"x": x, "wide": wide, "is_written": is_written}
        drawn.append({**share._asdict(), **own})
        x += wide
    return drawn


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
    base = 8 + row * len(marks)
    return draw(
        "panel.svg",
        name=name,
        label=label,
        width=WIDTH,
        height=base + 36,
        left=left,
        across=(WIDTH - left - right) / 100,
        base=base,
        row=row,
        axis_label=axis,
        marks=marks,
    )
