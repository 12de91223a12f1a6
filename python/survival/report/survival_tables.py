"""Estimates of several analyses as one table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from survival.analysis import Analysis
from survival.formatting import format_decimal
from survival.labels import shown_curves
from survival.report.risk import is_everybody
from survival.report.table import Cell, Row, Source, Table, heading, row
from survival.report.words import title_of
from survival.study import Group, Study

MONTHLY = {
    "survival": "survival_percent",
    "incidence": "cumulative_incidence_percent",
    "competing": "competing_incidence_percent",
}
NOTE = (
    "Percent, and the median in months, with 95% limits. NR: median not reached; NE: "
    "not estimable, past the last observed day or where a limit never crosses."
)


def estimates_table(
    study: Study,
    analyses: Iterable[Analysis],
    *,
    name: str,
    caption: str,
    notes: Sequence[str] = (),
) -> Table:
    """A row per stratum and curve, with the number at risk beside each median."""
    rows: list[Row] = []
    for analysis in analyses:
        groups = study.groups_of(analysis.analysis_id)
        title = title_of(study, analysis)
        if not groups:
            words = "no patients to analyse" if study.smallest is None else "masked"
            rows.append(_padded([Cell(f"{title}: {words}")], study))
            continue
        is_alone = is_everybody(groups)
        if not is_alone:
            rows.append(heading(title))
        for group in groups:
            label = title if is_alone else f"\N{EM SPACE}{group.label}"
            rows += _group_rows(study, group, label)
        for level in study.masked_levels(analysis):
            rows.append(_padded([Cell(f"\N{EM SPACE}{level}: masked")], study))
    cautions = dict.fromkeys(a.caution for a in analyses if a.caution)
    estimators = dict.fromkeys(
        row["estimator"]
        for analysis in analyses
        for group in study.groups_of(analysis.analysis_id)
        for (statistic, _), row in group.summary.items()
        if statistic in {MONTHLY[name] for name in shown_curves(analysis)}
    )
    return Table(
        name,
        caption,
        (
            "Analysis",
            "N",
            "Events",
            "Median, months",
            "At risk then",
            *(f"Month {month}" for month in study.months),
        ),
        tuple(rows),
        notes=(
            NOTE,
            *(f"Estimator: {words}." for words in estimators),
            *(f"Caution: {words}" for words in cautions),
            *notes,
        ),
    )


def follow_up_table(study: Study, analyses: Iterable[Analysis]) -> Table:
    """Median follow-up with its limits, and the range of those without the event."""
    rows = []
    caption = "Follow-up (reverse Kaplan-Meier)"
    for analysis in analyses:
        for group in study.groups_of(analysis.analysis_id):
            cells = [
                summary_cell(group, str(group.n), "median_months", None, ("n",)),
                summary_cell(
                    group,
                    str(group.shown(group.n_event)),
                    "median_months",
                    None,
                    ("n_event",),
                ),
                *median_cells(group, "survival"),
            ]
            cells += [
                summary_cell(
                    group,
                    "masked"
                    if group.is_masked
                    else format_decimal(group.value(statistic).estimate),
                    statistic,
                    None,
                    ("estimate",),
                )
                for statistic in ("min_months", "max_months")
            ]
            rows.append(row(title_of(study, analysis), *cells))
    return Table(
        "follow_up",
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
        notes=("Here the end of follow-up is the event, and the events censor (P21).",),
    )


def _padded(cells: list[Cell], study: Study) -> Row:
    width = 5 + len(study.months)
    return row(*cells, *(Cell("") for _ in range(width - len(cells))))


def _group_rows(study: Study, group: Group, label: str) -> list[Row]:
    shown = shown_curves(group.analysis)
    rows = []
    for attribute, words in shown.items():
        name = label if len(shown) == 1 else f"{label}: {words}"
        is_event = attribute != "competing"
        count = group.n_event if is_event else group.n_competing
        column = "n_event" if is_event else "n_competing"
        statistic = MONTHLY[attribute]
        cells = [
            Cell(name),
            summary_cell(group, str(group.n), statistic, study.months[0], ("n",)),
            summary_cell(
                group, str(group.shown(count)), statistic, study.months[0], (column,)
            ),
            *median_cells(group, attribute),
        ]
        cells += [
            summary_cell(group, group.percent(statistic, month), statistic, month)
            for month in study.months
        ]
        rows.append(row(*cells))
    return rows


def median_cells(group: Group, attribute: str) -> tuple[Cell, Cell]:
    """A median with its limits, and how many are at risk then."""
    # Beside the incidence of one cause the median of all causes would be taken for
    # its own.
    if attribute != "survival":
        return Cell(""), Cell("")
    found = group.summary.get(("median_months", None), {})
    n_at_risk = found.get("n_at_risk")
    return (
        summary_cell(group, group.median(), "median_months", None),
        summary_cell(
            group,
            "" if n_at_risk is None else str(n_at_risk),
            "median_months",
            None,
            ("n_at_risk",),
        ),
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
    keys = [
        ("analysis_id", group.analysis.analysis_id),
        ("stratum", group.stratum),
        ("statistic", statistic),
    ]
    if month is not None:
        keys.append(("at_month", month))
    return Cell(text, Source("marts.survival_summary", columns, tuple(keys)))
