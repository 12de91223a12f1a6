"""Words of the report that depend on the definitions in the warehouse."""

from __future__ import annotations

from survival.analysis import Analysis
from survival.labels import analysis_label
from survival.study import Study, typeset

MARTS = {
    "marts.survival_summary": "Estimates per analysis, stratum, statistic and month, "
    "in models/marts/survival_summary.sql.",
    "marts.survival_curves": "The curve of an analysis, day by day, in "
    "models/marts/survival_curves.sql.",
    "marts.table_one": "Characteristics at the index date (P27, P28), in "
    "models/marts/table_one.sql.",
    "marts.response_summary": "Responses in a window with exact binomial limits "
    "(P8-P13), in models/marts/response_summary.sql.",
    "marts.outcome_summary": "Outcomes after treatment (P26, P28), in "
    "models/marts/outcome_summary.sql.",
    "marts.cohort_attrition": "Eligibility in order; each patient leaves at one step "
    "(P7), in models/marts/cohort_attrition.sql.",
    "marts.analysis_populations": "How many are analysed, or left out and why, in "
    "models/marts/analysis_populations.sql.",
    "marts.published_comparison": "Each printed number of the paper beside the cell "
    "that derives it, in models/marts/published_comparison.sql.",
    "marts.published_directions": "Curves that the paper says are one above another, "
    "in models/marts/published_directions.sql.",
    "quality.reconciliation": "Records delivered, accepted, collapsed as exact copies "
    "and quarantined, in models/quality/reconciliation.sql.",
    "quality.findings": "Findings of the quality gate, in models/quality/findings.sql.",
    "quality.derivation_findings": "Findings that only the derivation shows, in "
    "models/quality/derivation_findings.sql.",
    "intermediate.int_dated_events": "How the day of each event was found (P20), in "
    "models/intermediate/int_dated_events.sql.",
}


def population_word(study: Study, population: str) -> str:
    """``rr_ph_neg`` as ``R/R Ph-``, with a true minus."""
    row = study.find("populations", population=population)
    return typeset(row["label"] if row else population)


def title_of(study: Study, analysis: Analysis) -> str:
    """Population and analysis, as a caption says it."""
    return f"{population_word(study, analysis.population)}: {analysis_label(analysis)}"


def analysis_definition(study: Study, analysis: Analysis) -> str:
    """What the analysis counts, from the rows that define its endpoint."""
    events = [
        row
        for row in study.tables["endpoint_events"]
        if row["endpoint"] == analysis.counted_endpoint
    ]
    sources = sorted({row["source"] for row in events})
    origin = _spoken(row["event_type"] for row in events if row["role"] == "origin")
    parts = [f"time from {origin}"]
    for status, verb in ((1, "event"), (2, "competing"), (0, "also ends the time")):
        kinds = [row["event_type"] for row in events if row["status"] == status]
        if kinds:
            parts.append(f"{verb}: {_spoken(kinds)}")
    if analysis.is_reverse:
        parts.append("the end of follow-up is the event, and the events censor (P21)")
    if analysis.censoring_rule != "standard":
        parts.append(f"{analysis.censoring_rule.replace('_', ' ')} (P19)")
    if analysis.stratum_variable is not None:
        parts.append(f"grouped by {analysis.stratum_variable.replace('_', ' ')}")
    if analysis.landmark_day is not None:
        parts.append(f"from day {analysis.landmark_day} (P22)")
    words = f"{'; '.join(parts)} ({', '.join(sources)})."
    if analysis.caution:
        words += f" Caution: {analysis.caution}"
    return words


def _spoken(kinds) -> str:
    return " or ".join(kind.replace("_", " ") for kind in kinds)


def definitions(study: Study) -> dict[str, object]:
    """What the page's script says of a number's origin."""
    return {
        "tables": MARTS,
        "analyses": {
            analysis.analysis_id: analysis_definition(study, analysis)
            for analysis in study.analyses
        },
    }
