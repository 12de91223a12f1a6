"""What a reader is told of an analysis: words of the warehouse, put together."""

from __future__ import annotations

import re

from survival.analysis import Analysis

# A sign at the end of a word, and no hyphen between two.
MINUS = re.compile(r"(?<=\w)-(?=[\s:;,.)]|$)")


def analysis_label(analysis: Analysis) -> str:
    """The analysis without its population: endpoint, rule, grouping, landmark."""
    labels = analysis.labels
    words = labels.endpoint
    if labels.censoring_rule:
        words += f", {labels.censoring_rule}"
    if labels.stratum_variable:
        words += f", by {labels.stratum_variable}"
    if analysis.landmark_day is not None:
        words += f", landmark at day {analysis.landmark_day}"
    return words


def title_of(analysis: Analysis) -> str:
    """Population and analysis, as a caption says it."""
    return f"{analysis.labels.population}: {inner(analysis_label(analysis))}"


def shown_curves(analysis: Analysis) -> dict[str, str]:
    """Which curves of a fit a reader wants, and what they are called.

    Returns
    -------
    dict of str to str
        From attributes of `AnalysisFit` to words.
    """
    labels = analysis.labels
    if analysis.is_reverse:
        return {"survival": "in follow-up"}
    if analysis.competing_role == "none":
        return {"survival": inner(labels.endpoint)}
    event, competing = labels.event, labels.competing
    if analysis.competing_role == "censoring":
        return {
            "survival": f"no {event} yet ({competing} censored)",
            "incidence": f"{event} ({competing} competing)",
        }
    return {"incidence": event, "competing": f"{competing} (competing)"}


def time_label(analysis: Analysis) -> str:
    """The axis of time: months, and from when."""
    if analysis.landmark_day is not None:
        return f"Months from day {analysis.landmark_day}"
    return analysis.labels.time


def inner(label: str) -> str:
    """A label within a sentence: an abbreviation stays, another word is lowered.

    >>> inner("Overall survival"), inner("CR or CRi")
    ('overall survival', 'CR or CRi')
    """
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def capitalized(label: str) -> str:
    """A label at the beginning of a line.

    >>> capitalized("first response")
    'First response'
    """
    return label[:1].upper() + label[1:]


def typeset(label: str) -> str:
    """A label of the definitions with the signs that print has.

    >>> ascii(typeset("age >= 18"))[:5]
    "'age "
    """
    label = label.replace("<=", "\N{LESS-THAN OR EQUAL TO}")
    label = label.replace(">=", "\N{GREATER-THAN OR EQUAL TO}")
    return MINUS.sub("\N{MINUS SIGN}", label)


def reading_order(analysis: Analysis) -> tuple:
    """Sort key: by population, plain curves before grouped ones, then endpoint."""
    labels = analysis.labels
    return (
        labels.population_order,
        analysis.has_strata,
        labels.endpoint_order,
        analysis.analysis_id,
    )
