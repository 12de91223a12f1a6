"""Estimates of several analyses as one table, and tests between groups."""

from __future__ import annotations

from collections.abc import Iterable

from survival.analysis import Analysis
from survival.comparisons import DESCRIPTIVE, Comparison, format_p
from survival.disclosure.counts import WITHHELD
from survival.formatting import format_decimal
from survival.groups import Group
from survival.labels import analysis_label, capitalized, shown_curves, title_of
from survival.report.curves import is_everybody
from survival.report.document import Cell, Row, Source, Table, heading, row
from survival.study import Study

MONTHLY = {
    "survival": "survival_percent",
    "incidence": "cumulative_incidence_percent",
    "competing": "competing_incidence_percent",
}
NOTE = (
    "Percent, and the median in months, with 95% limits. NR: median not reached; NE: "
    "not estimable, past the last observed day or where a limit never crosses."
)
TESTED = (
    DESCRIPTIVE,
    "Log-rank: a competing event is censored. Gray: the incidence of one cause, while "
    "the other competes; it is not the log-rank test of that cause.",
    "Groups that are known only after the clock starts are tested from the landmark "
    "alone.",
)
REVERSED = "Here the end of follow-up is the event, and events are censored."


def estimates_table(
    study: Study, analyses: Iterable[Analysis], *, name: str, caption: str
) -> Table:
    """A row per stratum and curve, with the number at risk beside each median."""
    listed = list(analyses)
    rows: list[Row] = []
    for analysis in listed:
        rows += _analysis_rows(study, analysis)
    groups = [g for a in listed for g in study.groups_of(a.analysis_id)]
    estimators = dict.fromkeys(
        row["estimator"]
        for group in groups
        for (statistic, _), row in group.summary.items()
        if statistic in {MONTHLY[name] for name in shown_curves(group.analysis)}
    )
    cautions = dict.fromkeys(a.caution for a in listed if a.caution)
    return Table(
        name,
        caption,
        (
            "Analysis",
            "N",
            "Events",
            "Median, months",
            "At risk at median",
            *(f"Month {month}" for month in study.months),
        ),
        tuple(rows),
        notes=(NOTE, *(f"Estimator: {words}." for words in estimators), *cautions),
    )


def _analysis_rows(study: Study, analysis: Analysis) -> list[Row]:
    groups = study.groups_of(analysis.analysis_id)
    title = title_of(analysis)
    if not groups:
        words = "no patients to analyse" if study.smallest is None else str(WITHHELD)
        return [_padded(f"{title}: {words}", study)]
    # A row of its own for the one curve of everybody; else rows under the title.
    is_alone = is_everybody(groups)
    is_row = is_alone and len(shown_curves(analysis)) == 1
    rows = [] if is_row else [heading(title)]
    for group in groups:
        label = title if is_row else "" if is_alone else group.label
        rows += _group_rows(study, group, label, is_inner=not is_row)
    for level in study.masked_levels(analysis):
        rows.append(_padded(f"{level}: {WITHHELD}", study, is_inner=True))
    return rows


def _padded(text: str, study: Study, *, is_inner: bool = False) -> Row:
    blanks = [""] * (4 + len(study.months))
    return row(text, *blanks, is_inner=is_inner)


def _group_rows(study: Study, group: Group, label: str, *, is_inner: bool) -> list[Row]:
    shown = shown_curves(group.analysis)
    rows = []
    for attribute, words in shown.items():
        name = label if len(shown) == 1 else capitalized(words)
        name = f"{label}: {words}" if label and len(shown) > 1 else name
        is_event = attribute != "competing"
        count = group.n_event if is_event else group.n_competing
        column = "n_event" if is_event else "n_competing"
        statistic, first = MONTHLY[attribute], study.months[0]
        cells = [
            Cell(name),
            summary_cell(group, str(group.n), statistic, first, ("n",)),
            summary_cell(group, str(group.shown(count)), statistic, first, (column,)),
            *median_cells(group, attribute),
            *(
                summary_cell(group, group.percent(statistic, month), statistic, month)
                for month in study.months
            ),
        ]
        rows.append(row(*cells, is_inner=is_inner))
    return rows


def median_cells(group: Group, attribute: str) -> tuple[Cell, Cell]:
    """A median with its limits, and how many are at risk then."""
    # Beside the incidence of one cause the median of all causes would be taken for
    # its own.
    if attribute != "survival":
        return Cell(""), Cell("")
    n_at_risk = group.summary.get(("median_months", None), {}).get("n_at_risk")
    at_risk = "" if n_at_risk is None else str(n_at_risk)
    return (
        summary_cell(group, group.median(), "median_months", None),
        summary_cell(group, at_risk, "median_months", None, ("n_at_risk",)),
    )


def summary_cell(
    group: Group,
    text: str,
    statistic: str,
    month: int | None,
    columns: tuple[str, ...] = ("estimate", "ci_low", "ci_high"),
) -> Cell:
    """A number of ``survival_summary``, and the row that it is read from."""
    if not text:
        return Cell("")
    keys: list[tuple[str, object]] = [
        ("analysis_id", group.analysis.analysis_id),
        ("stratum", group.stratum),
        ("statistic", statistic),
    ]
    if month is not None:
        keys.append(("at_month", month))
    return Cell(text, Source("marts.survival_summary", columns, tuple(keys)))


def follow_up_table(
    study: Study, analyses: Iterable[Analysis], *, name: str, caption: str
) -> Table:
    """Median follow-up with its limits, and the range of those without the event."""
    rows = []
    for analysis in analyses:
        for group in study.groups_of(analysis.analysis_id):
            events = str(group.shown(group.n_event))
            counts = ((str(group.n), "n"), (events, "n_event"))
            cells = [
                summary_cell(group, text, "median_months", None, (column,))
                for text, column in counts
            ]
            cells += median_cells(group, "survival")
            for statistic in ("min_months", "max_months"):
                value = group.value(statistic).estimate
                text = str(WITHHELD) if group.is_masked else format_decimal(value)
                cells.append(summary_cell(group, text, statistic, None, ("estimate",)))
            rows.append(row(title_of(analysis), *cells))
    return Table(
        name,
        f"{caption}: median in months with 95% limits, and range without the event",
        (
            "Follow-up",
            "N",
            "Without the event",
            "Median, months",
            "Observed then",
            "Minimum",
            "Maximum",
        ),
        tuple(rows),
        notes=(REVERSED,),
    )


def comparisons_table(study: Study) -> Table:
    """A row per test between groups, and per comparison that is not tested."""
    return Table(
        "tests",
        "Tests between groups, which the study does not prescribe",
        ("Analysis", "Groups", "Curve", "Test", "Chi-squared (df)", "p"),
        tuple(_test_row(study, found) for found in study.comparisons or ()),
        notes=TESTED,
        n_words=4,
    )


def _test_row(study: Study, found: Comparison) -> Row:
    first, result = found.analyses[0], found.result
    if len(found.analyses) == 1:
        groups = study.groups_of(first.analysis_id)
        names = [group.label for group in groups if group.stratum in found.groups]
        where = title_of(first)
    else:
        names = [study.population_label(name) for name in found.groups]
        where = analysis_label(first)
    words = (where, " v ".join(names), found.curve)
    if result is None:
        return row(*words, found.reason or "", "", "")
    chi_squared = f"{result.statistic:.2f} ({result.degrees_of_freedom})"
    return row(*words, result.test, chi_squared, format_p(result.p_value))
