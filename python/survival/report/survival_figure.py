"""One analysis as a figure: curves, limits, censorings, and the numbers at risk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import isnan
from typing import NamedTuple

from survival.labels import endpoint_label, shown_curves
from survival.report.curves_drawn import (
    band_path,
    between_path,
    censor_path,
    line_path,
    readings,
    values_of,
)
from survival.report.risk import RiskRow, is_everybody, risk_rows, tick_months
from survival.report.svg import (
    UNITS_PER_PERCENT,
    drawing,
    line,
    number,
    rectangle,
    text,
)
from survival.study import Group

WIDTH, LEFT, RIGHT, PLOT = 560.0, 104.0, 14.0, 210.0
# Letters that fit beside the line of a legend, at their widest.
LEGEND_LETTERS = 82
LEGEND_ROW, RISK_ROW, AXIS, TICK = 17.0, 14.5, 46.0, 7.0
MART_COLUMN = {
    "survival": "survival",
    "incidence": "cumulative_incidence",
    "competing": "competing_incidence",
}


class Line(NamedTuple):
    """A curve of the figure: whose, which column of the mart, and its words."""

    group: Group
    column: str
    place: int
    name: str
    legend: str


def lines_of(groups: Sequence[Group]) -> list[Line]:
    """The curves that a reader wants of these strata."""
    lines = []
    for group in groups:
        shown = shown_curves(group.analysis)
        for attribute, words in shown.items():
            names = [] if is_everybody(groups) else [group.label]
            names += [words] if len(shown) > 1 or not names else []
            # One curve of everybody is named by its figure.
            is_named = len(shown) > 1 or not is_everybody(groups)
            numbers = _numbers(group, attribute, is_alone=len(shown) == 1)
            legend = ", ".join([*(names if is_named else []), *numbers])
            lines.append(
                Line(
                    group,
                    MART_COLUMN[attribute],
                    len(lines) % 4,
                    ", ".join(names),
                    legend,
                )
            )
    return lines


def _numbers(group: Group, attribute: str, *, is_alone: bool) -> list[str]:
    if attribute != "survival":
        count = group.n_event if attribute == "incidence" else group.n_competing
        return [f"{group.shown(count)} of {group.n}"]
    events = group.shown(group.n_event)
    numbers = [f"N {group.n}", f"events {events}"] if is_alone else []
    numbers.append(f"median {group.median()} months")
    at_median = group.summary.get(("median_months", None), {}).get("n_at_risk")
    if at_median is None or group.is_masked:
        return numbers
    return [*numbers, f"{at_median} at risk then"]


def survival_figure(
    groups: Sequence[Group], *, name: str, label: str, days_per_month: str
) -> str:
    """Draw the strata of one analysis.

    Parameters
    ----------
    groups : sequence of Group
        Of one analysis, at least one.
    name, label : str, keyword-only
        Id of the figure, and what it shows, for whoever cannot see it.
    days_per_month : str, keyword-only

    Returns
    -------
    str
        An ``<svg>`` element. The curves are in days and ten-thousandths of a percent
        within a transform, so that they can be read back exactly.
    """
    lines = lines_of(groups)
    months = tick_months(groups, days_per_month)
    rows = risk_rows(groups, months=months, days_per_month=days_per_month)
    top = sum(len(wrapped(item.legend)) for item in lines) * LEGEND_ROW + 12
    base = top + PLOT
    last = max(group.last_day for group in groups)
    across = (WIDTH - LEFT - RIGHT) / max(
        last * 1.01, months[-1] * float(days_per_month), 1
    )
    # Of a cause that is masked for a while nothing can stand upon it.
    is_stacked = (
        all(item.column != "survival" for item in lines)
        and is_everybody(groups)
        and not groups[0].is_masked
    )
    draw = _stacked if is_stacked else _stepped
    scale = PLOT / (100 * UNITS_PER_PERCENT)
    parts = [
        *_axes(groups[0], months, across, top, base, days_per_month),
        *draw(lines, across, base, scale),
        *_medians(lines, across, base),
        *_legend(lines),
        _read_off(last, months, across, top, days_per_month),
        *_risk_table(rows, months, across, base + AXIS, days_per_month),
    ]
    height = base + AXIS + len(rows) * RISK_ROW + 4
    return drawing(parts, width=WIDTH, height=height, label=label, name=name)


def _axes(
    group: Group,
    months: Sequence[int],
    across: float,
    top: float,
    base: float,
    days_per_month: str,
) -> list[str]:
    right = WIDTH - RIGHT
    parts = []
    for percent in (0, 25, 50, 75, 100):
        y = base - PLOT * percent / 100
        parts.append(line(LEFT, y, right, y, kind="axis" if not percent else "grid"))
        parts.append(text(LEFT - 6, y + 3.5, str(percent), anchor="e"))
    for month in months:
        x = LEFT + month * float(days_per_month) * across
        parts.append(line(x, base, x, base + 4, kind="axis"))
        parts.append(text(x, base + 16, str(month), anchor="m", kind="month"))
    day = group.analysis.landmark_day
    origin = f"from {_origin(group)}" if day is None else f"from day {day}"
    parts.append(text((LEFT + right) / 2, base + 31, f"Months {origin}", anchor="m"))
    y = (top + base) / 2
    turned = f' transform="rotate(-90 62 {number(y)})"'
    parts.append(text(62, y, _axis_words(group), anchor="m", extra=turned))
    return parts


def _origin(group: Group) -> str:
    return {
        "rfs": "the first remission",
        "nrm_after_hsct": "HSCT",
        "time_to_hsct": "the first response",
    }.get(group.analysis.counted_endpoint, "index")


def _axis_words(group: Group) -> str:
    shown = shown_curves(group.analysis)
    if group.analysis.is_reverse:
        return "Still under observation, %"
    if "survival" not in shown:
        return "Cumulative incidence, %"
    if len(shown) > 1:
        return "Patients, %"
    return f"{endpoint_label(group.analysis.endpoint)}, %"


def _in_data_units(parts: Sequence[str], across: float, base: float, scale: float):
    return (
        f'<g transform="translate({number(LEFT)} {number(base)}) '
        f'scale({across:.8f} -{scale:.8f})">{"".join(parts)}</g>'
    )


def _curve_group(item: Line, parts: str) -> str:
    group = item.group
    return (
        f'<g class="curve c{item.place}" data-stratum="{escape(group.stratum)}" '
        f'data-curve="{item.column}" data-label="{escape(item.name)}" '
        f'data-at="{readings(group.days, item.column)}">{parts}</g>'
    )


def _stepped(
    lines: Sequence[Line], across: float, base: float, scale: float
) -> list[str]:
    drawn = []
    for item in lines:
        values = values_of(item.group.days, item.column)
        parts = [
            f'<path class="band" d="{band_path(values)}"/>',
            f'<path class="line" d="{line_path(values)}"/>',
            '<path class="censored" d="'
            f'{censor_path(item.group.days, item.column, rise=TICK / scale)}"/>',
        ]
        drawn.append(_curve_group(item, _in_data_units(parts, across, base, scale)))
    return drawn


def _stacked(
    lines: Sequence[Line], across: float, base: float, scale: float
) -> list[str]:
    """Each cause upon the one before: the upper edge is 1 - S."""
    drawn = []
    below = [(day.time_days, 0.0) for day in lines[0].group.days]
    for item in lines:
        upper = [
            (day, under + value.estimate)
            for (day, under), (_, value) in zip(
                below, values_of(item.group.days, item.column), strict=True
            )
        ]
        path = f'<path class="stack" d="{between_path(below, upper)}"/>'
        drawn.append(_curve_group(item, _in_data_units([path], across, base, scale)))
        below = upper
    return drawn


def _medians(lines: Sequence[Line], across: float, base: float) -> list[str]:
    drawn = []
    for item in lines:
        days = item.group.value("median_days").estimate
        if item.column == "survival" and not isnan(days):
            x = LEFT + days * across
            middle = base - PLOT / 2
            drawn.append(
                f'<path class="median c{item.place}" data-stratum='
                f'"{escape(item.group.stratum)}" data-days="{days:g}" '
                f'd="M{number(LEFT)} {number(middle)}H{number(x)}V{number(base)}"/>'
            )
    return drawn


def wrapped(legend: str) -> list[str]:
    """A legend in one line, or in two with the median on the second.

    >>> wrapped("No MRD response, N 20, events 13, median NR (10.2 to NE) months")
    ['No MRD response, N 20, events 13, median NR (10.2 to NE) months']
    """
    head, median, rest = legend.partition("median ")
    if len(legend) <= LEGEND_LETTERS or not median:
        return [legend]
    return [head, median + rest]


def _legend(lines: Sequence[Line]) -> Iterator[str]:
    y = 12.0
    for item in lines:
        words = wrapped(item.legend)
        texts = (
            text(38, y + LEGEND_ROW * place, part) for place, part in enumerate(words)
        )
        height = LEGEND_ROW * len(words)
        # The switch is the whole row, not the strokes of its letters.
        area = rectangle(0, y - 12, WIDTH - RIGHT, height, kind="hit")
        yield (
            f'<g class="legend c{item.place}" '
            f'data-stratum="{escape(item.group.stratum)}" '
            f'data-curve="{item.column}">'
            f'{area}<path class="line" d="M4 {number(y - 4)}h28"/>{"".join(texts)}</g>'
        )
        y += height


def _read_off(
    last: int, months: Sequence[int], across: float, top: float, days_per_month: str
) -> str:
    """Where a pointer or the arrow keys read the curves off."""
    data = (
        f' data-last="{last}" data-left="{number(LEFT)}" data-across="{across:.8f}" '
        f'data-month="{days_per_month}"'
    )
    return rectangle(LEFT, top, WIDTH - LEFT - RIGHT, PLOT, kind="read-off", extra=data)


def _risk_table(
    rows: Sequence[RiskRow],
    months: Sequence[int],
    across: float,
    top: float,
    days_per_month: str,
) -> list[str]:
    parts = []
    places = [LEFT + month * float(days_per_month) * across for month in months]
    for index, row in enumerate(rows):
        y = top + index * RISK_ROW + 10
        if not row.numbers:
            parts.append(text(4, y, row.label, kind=f"stratum c{row.place}"))
            continue
        cells = "".join(
            f'<tspan x="{number(x)}">{escape(str(count))}</tspan>'
            for x, count in zip(places, row.numbers, strict=True)
        )
        parts.append(text(LEFT - 18, y, row.label, anchor="e", kind="small"))
        parts.append(f'<text y="{number(y)}" class="m small risk">{cells}</text>')
    return parts
