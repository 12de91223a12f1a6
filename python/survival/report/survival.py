"""Survival and transplantation: the figures and tables that the study names."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from survival.analysis import ALL, Analysis
from survival.comparisons import DESCRIPTIVE
from survival.disclosure.counts import WITHHELD
from survival.formatting import Masked
from survival.groups import Record
from survival.labels import title_of, typeset
from survival.report.cohort import count_and_percent
from survival.report.curve_figure import curve_figure
from survival.report.diagrams import Mark, month_panel
from survival.report.document import (
    Block,
    Cell,
    Figure,
    Fold,
    Grid,
    Paragraph,
    Row,
    Section,
    Source,
    Subheading,
    Table,
    heading,
    row,
)
from survival.report.estimates import (
    comparisons_table,
    estimates_table,
    follow_up_table,
)
from survival.study import Study

HOW_TO_READ = (
    "Times are whole days from the origin; a month is {days} days, for display. "
    "Shaded: pointwise 95% limits. Ticks: censored. Under each curve, at risk are "
    "those with at least that time; the others left before it, and the rows sum to N. "
    "NR: median not reached; NE: not estimable. {tests} Point at a curve, or move "
    "along it with the arrow keys, to read it off."
)
NO_TESTS = "No analysis here tests a hypothesis."
OUTCOME_KEY = ("population", "subset", "measure")


def survival_section(study: Study) -> Section | None:
    """Every figure and table of survival, and tests where they were asked for."""
    tests = NO_TESTS if study.comparisons is None else DESCRIPTIVE
    words = HOW_TO_READ.format(days=study.days_per_month, tests=tests)
    blocks = _blocks(study, "survival")
    if study.comparisons is not None:
        blocks += [Subheading("Tests between groups"), comparisons_table(study)]
    if not blocks:
        return None
    return Section("Survival", "survival", (Paragraph(words, tone="quiet"), *blocks))


def transplantation_section(study: Study) -> Section | None:
    """What followed the treatment."""
    blocks = _blocks(study, "transplantation")
    return (
        Section("Transplantation", "transplantation", tuple(blocks)) if blocks else None
    )


def _blocks(study: Study, section: str) -> list[Block]:
    blocks: list[Block] = []
    figures = study.report_figures(section)
    for title, rows in groupby(figures, lambda found: found["heading"]):
        grids = list(_grids(study, list(rows)))
        if title and grids:
            blocks.append(Subheading(title))
        blocks += grids
    tables = [
        (found, table)
        for found in study.report_tables(section)
        if (table := _table(study, found)) is not None
    ]
    if tables and section == "survival":
        blocks.append(Subheading("Estimates"))
    for found, table in tables:
        blocks.append(Fold(found["title"], (table,)) if found["is_folded"] else table)
    return blocks


def _grids(study: Study, rows: list[Record]) -> Iterable[Grid]:
    """The figures side by side; one that has landmark versions, with these."""
    together: list[Figure] = []
    for name, found in groupby(rows, lambda row: row["figure_id"]):
        parts = list(found)
        if parts[0]["kind"] == "estimates":
            panel = _panel(study, name, parts)
            together += [panel] if panel else []
            continue
        pair = with_landmarks(study, parts[0]["analysis_id"], parts[0]["title"])
        if len(pair) > 1:
            yield Grid(tuple(pair))
        else:
            together += pair
    if together:
        yield Grid(tuple(together))


def with_landmarks(
    study: Study, analysis_id: str, number: str | None = None
) -> list[Figure]:
    """The figure of an analysis, and beside it those of its landmark versions."""
    analysis = study.analyses_by_id.get(analysis_id)
    if analysis is None:
        return []
    first = analysis_figure(study, analysis, number=number)
    others = (study.analyses_by_id[name] for name in study.landmarks_of(analysis))
    drawn = [first, *(analysis_figure(study, other) for other in others)]
    return [figure for figure in drawn if figure is not None]


def analysis_figure(
    study: Study, analysis: Analysis, *, number: str | None = None
) -> Figure | None:
    """The figure of an analysis with its cautions; None without patients."""
    groups = study.groups_of(analysis.analysis_id)
    if not groups:
        return None
    title = title_of(analysis)
    label = f"{number}. {title}" if number else title
    words = "; ".join(
        f"{group.label}: N {group.n}, events {group.shown(group.n_event)}, "
        f"median {group.median()} months"
        for group in groups
    )
    keys = (("analysis_id", analysis.analysis_id),)
    return Figure(
        analysis.analysis_id,
        label,
        _left_out(study, analysis),
        curve_figure(
            groups,
            name=analysis.analysis_id,
            label=f"{label}. {words}.",
            days_per_month=study.days_per_month,
        ),
        cautions=(analysis.caution,) if analysis.caution else (),
        source=Source("marts.survival_curves", ("*",), keys),
        groups=groups,
    )


def _left_out(study: Study, analysis: Analysis) -> str:
    reasons: dict[str, int | Masked] = {}
    for found in study.tables["analysis_populations"]:
        is_own = found["analysis_id"] == analysis.analysis_id
        if is_own and found["reason"] != "analysed":
            label = study.word("reason", found["reason"])
            reasons[label] = reasons.get(label, 0) + found["n"]
    if study.smallest is not None:
        reasons["other reasons"] = WITHHELD
    if not reasons:
        return "No patient is excluded."
    words = "; ".join(f"{reason}, n {count}" for reason, count in reasons.items())
    hidden = study.masked_levels(analysis)
    masked = f" Masked: {', '.join(hidden)}." if hidden else ""
    return f"Excluded: {words}.{masked}"


def _panel(study: Study, name: str, rows: list[Record]) -> Figure | None:
    """The estimates of every group of an endpoint at one month."""
    endpoint, month = rows[0]["endpoint"], rows[0]["at_month"]
    analyses = [
        analysis
        for found in rows
        for analysis in study.analyses
        if analysis.population == found["population"]
        and analysis.endpoint == endpoint
        and analysis.has_strata
        and not analysis.labels.censoring_rule
        and study.groups_of(analysis.analysis_id)
    ]
    if not analyses:
        return None
    marks = [mark for analysis in analyses for mark in _marks(study, analysis, month)]
    words = "; ".join(f"{m.label} {m.words}" for m in marks if not m.is_heading)
    what = f"{analyses[0].labels.endpoint} at {month} months"
    title = f"{rows[0]['title']}. {what}" if rows[0]["title"] else what
    keys = (("statistic", "survival_percent"), ("at_month", month))
    columns = ("analysis_id", "stratum", "estimate", "ci_low", "ci_high")
    return Figure(
        name,
        title,
        f"Filled: from the origin. Hollow: from the landmark, {month} months after it. "
        "Lines: 95% limits.",
        month_panel(marks, label=f"{title}. {words}.", name=name, axis=f"{what}, %"),
        cautions=tuple(dict.fromkeys(a.caution for a in analyses if a.caution)),
        source=Source("marts.survival_summary", columns, keys),
    )


def _marks(study: Study, analysis: Analysis, month: int) -> list[Mark]:
    labels = analysis.labels
    is_landmark = analysis.landmark_day is not None
    words = f"{labels.population}, by {labels.stratum_variable}"
    words += f", day {analysis.landmark_day}" if is_landmark else ""
    marks = [Mark(words, is_heading=True)]
    for place, group in enumerate(study.groups_of(analysis.analysis_id)):
        marks.append(
            Mark(
                f"{group.label}, N {group.n}",
                place % 4,
                group.value("survival_percent", month),
                group.percent("survival_percent", month),
                is_landmark,
                f"{analysis.analysis_id}/{group.stratum}",
            )
        )
    return marks


def _table(study: Study, found: Record) -> Table | None:
    if found["kind"] == "outcomes":
        return _outcomes(study, found)
    analyses = [a for a in study.analyses if _belongs(study, a, found)]
    if not analyses:
        return None
    make = follow_up_table if found["kind"] == "follow_up" else estimates_table
    name, title = found["table_id"], found["title"]
    return make(study, analyses, name=name, caption=title)


def _belongs(study: Study, analysis: Analysis, table: Record) -> bool:
    if table["kind"] == "follow_up":
        return analysis.is_reverse
    if analysis.endpoint != table["endpoint"]:
        return False
    is_later = analysis.landmark_day is not None or study.is_known_later(analysis)
    return table["grouping"] in (None, "later" if is_later else "at_index")


def _outcomes(study: Study, table: Record) -> Table | None:
    if not study.tables["outcome_summary"]:
        return None
    outcomes = {
        tuple(found[name] for name in OUTCOME_KEY): found
        for found in study.tables["outcome_summary"]
    }
    populations = study.table_populations
    rows: list[Row] = []
    subset = title = None
    for measure in study.tables["outcome_measures"]:
        is_all = measure["measure"] == "patients"
        if measure["subset"] != subset:
            subset = measure["subset"]
            title = "All patients" if subset == ALL else measure["label"]
            rows.append(heading(title))
        elif measure["label"] == title:
            # All of them are.
            continue
        cells = []
        for population in populations:
            key = (population["population"], measure["subset"], measure["measure"])
            found = outcomes.get(key)
            cells.append(
                Cell("\N{EN DASH}")
                if found is None
                else _outcome(found, key, is_all=is_all)
            )
        label = "Patients" if is_all else measure["label"]
        rows.append(row(label, *cells, is_inner=True))
    return Table(
        table["table_id"],
        f"{table['title']}: n (percent)",
        ("Outcome", *(typeset(population["label"]) for population in populations)),
        tuple(rows),
    )


def _outcome(found: Record, key: tuple[str, str, str], *, is_all: bool) -> Cell:
    keys = tuple(zip(OUTCOME_KEY, key, strict=True))
    if is_all or not found["denominator"]:
        text = str(found["numerator"])
        return Cell(text, Source("marts.outcome_summary", ("numerator",), keys))
    text = count_and_percent(found, found["percent"])
    return Cell(text, Source("marts.outcome_summary", ("numerator", "percent"), keys))
