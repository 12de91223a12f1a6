"""Curves with their limits, censorings and the numbers at risk, as SVG."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from survival.analysis import ALL, AnalysisFit
from survival.curves import Curve
from survival.labels import endpoint_label, level_label, shown_curves
from survival.risk_table import RiskRow, risk_table
from survival.tables import printed_median

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, told apart by the colour-blind; the dashes by a grey printer.
STYLES = (
    ("#0072B2", "-"),
    ("#D55E00", (0, (5, 1.5))),
    ("#009E73", (0, (1.2, 1.2))),
    ("#7A4E9C", (0, (6, 1.5, 1.2, 1.5))),
)
INK = "#222222"
WIDTH, LEFT, RIGHT = 9.0, 1.35, 0.25
PLOT_HEIGHT, AXIS_HEIGHT, ROW_HEIGHT, LEGEND_ROW = 3.3, 0.55, 0.19, 0.21
TICK_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120)
MOST_TICKS = 11
SETTINGS = {
    "svg.fonttype": "path",
    # Simplified, a path would lack steps that the estimates have.
    "path.simplify": False,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def analysis_figure(fits: Sequence[AnalysisFit], *, days_per_month: str) -> str:
    """Draw the strata of one analysis.

    Parameters
    ----------
    fits : sequence of AnalysisFit
        Of one analysis, at least one.
    days_per_month : str, keyword-only
        Length of a month, for the axis.

    Returns
    -------
    str
        An ``<svg>`` element, the same bytes for the same fits: text as paths, no date.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    ticks = _tick_months(fits, days_per_month)
    rows = risk_table(fits, months=ticks, days_per_month=days_per_month)
    n_legend = sum(len(shown_curves(fit.analysis)) for fit in fits)
    # The id is in the salt, so that two figures on a page share no element id.
    with rc_context({**SETTINGS, "svg.hashsalt": fits[0].analysis.analysis_id}):
        legend, table = n_legend * LEGEND_ROW + 0.1, len(rows) * ROW_HEIGHT + 0.05
        height = legend + PLOT_HEIGHT + AXIS_HEIGHT + table
        figure = Figure(figsize=(WIDTH, height))
        plot = _axes(figure, height, bottom=AXIS_HEIGHT + table, rise=PLOT_HEIGHT)
        _draw_curves(plot, fits, days_per_month)
        _finish_axes(plot, fits, ticks, days_per_month)
        below = _axes(figure, height, bottom=0.05, rise=table - 0.05)
        _draw_risk_table(below, plot, rows, ticks)
        return _svg(figure)


def _tick_months(fits: Sequence[AnalysisFit], days_per_month: str) -> list[int]:
    last = max(fit.counts.last_day for fit in fits) / float(days_per_month)
    step = next((s for s in TICK_STEPS if last / s < MOST_TICKS), TICK_STEPS[-1])
    return list(range(0, int(last) + 1, step))


def _axes(figure: Figure, height: float, *, bottom: float, rise: float) -> Axes:
    """Axes placed in inches, so that plot and risk table stand exactly below."""
    across = (WIDTH - LEFT - RIGHT) / WIDTH
    return figure.add_axes((LEFT / WIDTH, bottom / height, across, rise / height))


def _draw_curves(plot: Axes, fits: Sequence[AnalysisFit], days_per_month: str) -> None:
    month = float(days_per_month)
    for place, fit in enumerate(fits):
        for rank, attribute in enumerate(shown_curves(fit.analysis)):
            colour, dashes = STYLES[(place + rank) % len(STYLES)]
            _draw_curve(
                plot,
                getattr(fit, attribute),
                month=month,
                colour=colour,
                dashes=dashes,
                gid=f"{fit.analysis.analysis_id}/{fit.stratum}/{attribute}",
            )
            plot.plot(
                [],
                [],
                color=colour,
                linestyle=dashes,
                linewidth=1.8,
                label=_legend_label(fit, attribute, days_per_month),
            )
        if "survival" in shown_curves(fit.analysis):
            _draw_median(plot, fit, month, STYLES[place % len(STYLES)][0])


def _draw_curve(
    plot: Axes, curve: Curve, *, month: float, colour: str, dashes: object, gid: str
) -> None:
    days, estimate = steps(curve.time_days, curve.estimate, before=curve.before)
    low, high = (
        steps(curve.time_days, limit, before=np.nan)[1]
        for limit in (curve.ci_low, curve.ci_high)
    )
    plot.fill_between(
        days / month, 100 * low, 100 * high, color=colour, alpha=0.15, linewidth=0
    )
    plot.plot(
        days / month,
        100 * estimate,
        color=colour,
        linestyle=dashes,
        linewidth=1.8,
        gid=f"{gid}/curve",
    )
    is_censored = curve.counts.n_censored > 0
    plot.plot(
        curve.time_days[is_censored] / month,
        100 * curve.estimate[is_censored],
        linestyle="none",
        marker="|",
        markersize=6,
        markeredgewidth=0.9,
        color=colour,
        gid=f"{gid}/censored",
    )


def steps(
    time_days: np.ndarray, values: np.ndarray, *, before: float
) -> tuple[np.ndarray, np.ndarray]:
    """The corners of a step function from day 0 to its last day.

    Each value holds until the next day, so a limit that ends (where survival reaches
    0) is drawn up to the day on which it ends.
    """
    days = np.concatenate([[0], time_days])
    heights = np.concatenate([[before], values])
    return np.repeat(days, 2)[1:], np.repeat(heights, 2)[:-1]


def _draw_median(plot: Axes, fit: AnalysisFit, month: float, colour: str) -> None:
    median = fit.survival.median.days / month
    if not np.isnan(median):
        plot.plot(
            [0, median, median],
            [50, 50, 0],
            color=colour,
            linewidth=0.8,
            linestyle=(0, (2, 2)),
            alpha=0.8,
        )


def _legend_label(fit: AnalysisFit, attribute: str, days_per_month: str) -> str:
    words = [] if fit.stratum == ALL else [level_label(fit.stratum)]
    shown = shown_curves(fit.analysis)
    if len(shown) > 1:
        words.append(shown[attribute])
    if attribute == "survival":
        median = printed_median(fit, days_per_month=days_per_month)
        return ", ".join([*words, f"N {fit.counts.n}", f"median {median} months"])
    is_event = attribute == "incidence"
    n_events = fit.counts.n_event if is_event else fit.counts.n_competing
    return ", ".join([*words, f"{n_events.sum()} of {fit.counts.n}"])


def _axis_label(fit: AnalysisFit) -> str:
    shown = shown_curves(fit.analysis)
    if "survival" not in shown:
        return "Cumulative incidence, %"
    if len(shown) > 1:
        return "Patients, %"
    return f"{endpoint_label(fit.analysis.endpoint)}, %"


def _finish_axes(
    plot: Axes, fits: Sequence[AnalysisFit], ticks: Sequence[int], days_per_month: str
) -> None:
    last = max(fit.counts.last_day for fit in fits) / float(days_per_month)
    plot.set_xlim(0, max(last, ticks[-1], 0.1) * 1.015)
    plot.set_ylim(0, 102)
    plot.set_xticks(ticks, [str(tick) for tick in ticks])
    plot.set_yticks([0, 25, 50, 75, 100])
    landmark = fits[0].analysis.landmark_day
    origin = "" if landmark is None else f" after day {landmark}"
    plot.set_xlabel(f"Months{origin} ({days_per_month} days each)")
    plot.set_ylabel(_axis_label(fits[0]))
    plot.spines[["top", "right"]].set_visible(False)
    plot.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    plot.set_axisbelow(True)
    plot.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        frameon=False,
        borderaxespad=0.1,
        handlelength=2.6,
        labelspacing=0.3,
        borderpad=0.2,
    )


def _draw_risk_table(
    below: Axes, plot: Axes, rows: Sequence[RiskRow], ticks: Sequence[int]
) -> None:
    below.set_xlim(plot.get_xlim())
    below.set_ylim(len(rows), 0)
    below.axis("off")
    margin = below.get_yaxis_transform()
    for place, row in enumerate(rows):
        is_heading = not row.numbers
        below.text(
            -0.035,
            place + 0.5,
            row.label,
            transform=margin,
            ha="right",
            va="center",
            color=STYLES[row.place % len(STYLES)][0] if is_heading else INK,
            weight="bold" if is_heading else "normal",
            fontsize=8.5,
        )
        for tick, number in zip(ticks, row.numbers, strict=False):
            below.text(
                tick, place + 0.5, str(number), ha="center", va="center", fontsize=8.5
            )


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    no_metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=no_metadata)
    text = buffer.getvalue()
    # The element alone: inside a page the XML declaration and the DTD are noise.
    element = text[text.index("<svg") :]
    # matplotlib's numbered ids repeat from figure to figure; ours have a slash.
    element = re.sub(r' id="[\w.]+_\d+"', "", element)
    element = re.sub(r' (width|height)="[\d.]+pt"', "", element, count=2)
    return re.sub(r"\n\s+", "\n", element)
