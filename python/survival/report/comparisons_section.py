"""Tests between groups, where they were asked for."""

from __future__ import annotations

from survival.comparisons import DESCRIPTIVE, Comparison, printed_p
from survival.labels import analysis_label
from survival.report.document import Section
from survival.report.table import Row, Table, row
from survival.report.words import population_word
from survival.study import Study

NOTES = (
    DESCRIPTIVE,
    "Log-rank: a competing event censors. Gray: the incidence of one cause, while the "
    "other competes; it is not the log-rank test of that cause.",
    "Groups that are known only after the clock starts are tested from the landmark "
    "alone.",
)


def comparisons_section(study: Study) -> Section:
    """A row per test, and per comparison that is not tested."""
    table = Table(
        "tests",
        "Tests between groups, not part of the paper",
        ("Analysis", "Groups", "Curve", "Test", "Chi-squared (df)", "p"),
        tuple(_row(study, found) for found in study.comparisons or ()),
        notes=NOTES,
        n_words=4,
    )
    return Section("Tests between groups", "tests", (table,), level=3)


def _row(study: Study, found: Comparison) -> Row:
    first, result = found.analyses[0], found.result
    labels = {
        group.stratum: group.label for group in study.groups_of(first.analysis_id)
    }
    is_split = len(found.analyses) == 1
    if is_split:
        names = [label for name, label in labels.items() if name in found.groups]
        where = f"{population_word(study, first.population)}: {analysis_label(first)}"
    else:
        names = [population_word(study, population) for population in found.groups]
        where = analysis_label(first)
    words = (where, " v ".join(names), found.curve)
    if result is None:
        return row(*words, found.reason or "", "", "")
    chi_squared = f"{result.statistic:.2f} ({result.degrees_of_freedom})"
    return row(*words, result.test, chi_squared, printed_p(result.p_value))
