"""One analysis as a figure: curves, limits, censorings, and the numbers at risk."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import NamedTuple

from survival.groups import Group
from survival.labels import shown_curves, time_label
from survival.report.curves import (
    UNITS_PER_PERCENT,
    band_path,
    between_path,
    censor_path,
    is_everybody,
    line_path,
    readings,
    risk_rows,
    tick_months,
    values_of,
)
from survival.report.render import draw

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
    legend: list[str]


def curve_figure(
    groups: Sequence[Group], *, name: str, label: str, days_per_month: str
) -> str:
    """Draw the strata of one analysis.

    Parameters
    ----------
    groups : sequence of Group
        Of one analysis, at least one.
    name, label : str, keyword-only
        Id of the figure, and what it shows, for a reader who cannot see it.
    days_per_month : str, keyword-only

    Returns
    -------
    str
        An ``<svg>`` element. The curves are in days and ten-thousandths of a percent
        within a transform, so that they can be read back exactly.
    """
    lines = lines_of(groups)
    months = tick_months(groups, days_per_month)
    last = max(group.last_day for group in groups)
    month = float(days_per_month)
    across = (WIDTH - LEFT - RIGHT) / max(last * 1.01, months[-1] * month, 1)
    top = sum(len(line.legend) for line in lines) * LEGEND_ROW + 12
    base = top + PLOT
    scale = PLOT / (100 * UNITS_PER_PERCENT)
    ticks = [(LEFT + m * month * across, m) for m in months]
    rows = risk_rows(groups, months=months, days_per_month=days_per_month)
    return draw(
        "curves.svg",
        name=name,
        label=label,
        width=WIDTH,
        height=base + AXIS + len(rows) * RISK_ROW + 4,
        left=LEFT,
        right=WIDTH - RIGHT,
        plot=PLOT,
        top=top,
        base=base,
        across=f"{across:.8f}",
        scale=f"{scale:.8f}",
        last=last,
        ticks=ticks,
        days_per_month=days_per_month,
        time_label=time_label(groups[0].analysis),
        axis_label=groups[0].analysis.labels.axis,
        row_height=LEGEND_ROW,
        lines=_drawn(groups, lines, across, scale),
        risk_rows=[
            {
                "label": row.label,
                "place": row.place,
                "y": base + AXIS + place * RISK_ROW + 10,
                "numbers": list(
                    zip((x for x, _ in ticks), row.numbers, strict=bool(row.numbers))
                ),
            }
            for place, row in enumerate(rows)
        ],
    )


def lines_of(groups: Sequence[Group]) -> list[Line]:
    """The curves that a reader wants of these strata."""
    lines: list[Line] = []
    for group in groups:
        shown = shown_curves(group.analysis)
        for attribute, words in shown.items():
            names = [] if is_everybody(groups) else [group.label]
            names += [words] if len(shown) > 1 or not names else []
            # One curve of everybody is named by its figure.
            is_named = len(shown) > 1 or not is_everybody(groups)
            numbers = _numbers(group, attribute, is_alone=len(shown) == 1)
            legend = ", ".join([*(names if is_named else []), *numbers])
            place = len(lines) % 4
            column = MART_COLUMN[attribute]
            lines.append(Line(group, column, place, ", ".join(names), wrapped(legend)))
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


def wrapped(legend: str) -> list[str]:
    """A legend in one line, or in two with the median on the second.

    >>> wrapped("No response, N 20, events 13, median NR (10.2 to NE) months")
    ['No response, N 20, events 13, median NR (10.2 to NE) months']
    """
    head, median, rest = legend.partition("median ")
    if len(legend) <= LEGEND_LETTERS or not median:
        return [legend]
    return [head, median + rest]


def _drawn(
    groups: Sequence[Group], lines: Sequence[Line], across: float, scale: float
) -> list[dict[str, object]]:
    # Of a cause that is masked for a while nothing can stand upon it.
    is_stacked = (
        all(line.column != "survival" for line in lines)
        and is_everybody(groups)
        and not groups[0].is_masked
    )
    paths = _stacked(lines) if is_stacked else [_stepped(line, scale) for line in lines]
    drawn: list[dict[str, object]] = []
    y = 12.0
    for line, own in zip(lines, paths, strict=True):
        drawn.append(
            {
                "stratum": line.group.stratum,
                "column": line.column,
                "place": line.place,
                "name": line.name,
                "legend": line.legend,
                "y": y,
                "readings": readings(line.group.days, line.column),
                "paths": own,
                "median": _median(line, across),
            }
        )
        y += LEGEND_ROW * len(line.legend)
    return drawn


def _median(line: Line, across: float) -> dict[str, object] | None:
    days = line.group.value("median_days").estimate
    if line.column != "survival" or isnan(days):
        return None
    return {"days": f"{days:g}", "x": LEFT + days * across}


def _stepped(line: Line, scale: float) -> list[tuple[str, str]]:
    days = line.group.days
    values = values_of(days, line.column)
    censored = censor_path(days, line.column, rise=TICK / scale)
    return [
        ("band", band_path(values)),
        ("line", line_path(values)),
        ("censored", censored),
    ]


def _stacked(lines: Sequence[Line]) -> list[list[tuple[str, str]]]:
    """Each cause upon the one before: the upper edge is 1 - S."""
    drawn = []
    below = [(day.time_days, 0.0) for day in lines[0].group.days]
    for line in lines:
        upper = [
            (day, under + value.estimate)
            for (day, under), (_, value) in zip(
                below, values_of(line.group.days, line.column), strict=True
            )
        ]
        drawn.append([("stack", between_path(below, upper))])
        below = upper
    return drawn
