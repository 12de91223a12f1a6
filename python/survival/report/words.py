"""What the page says of where a number comes from."""

from __future__ import annotations

from collections.abc import Iterable

from survival.analysis import Analysis
from survival.report.document import Figure, Section, Source, Table, blocks_of
from survival.study import Study


def definitions(study: Study, sections: Iterable[Section]) -> dict[str, object]:
    """What the page's script says of a number's origin."""
    tables = {source.table for source in sources(sections)}
    return {
        "tables": {name: study.comments.get(name, "") for name in sorted(tables)},
        "analyses": {
            analysis.analysis_id: analysis_definition(study, analysis)
            for analysis in study.analyses
        },
    }


def sources(sections: Iterable[Section]) -> Iterable[Source]:
    """Where every number and figure comes from."""
    for section in sections:
        for figure in blocks_of(section.blocks, Figure):
            if figure.source is not None:
                yield figure.source
        for table in blocks_of(section.blocks, Table):
            for row in table.rows:
                yield from (cell.source for cell in row.cells if cell.source)


def analysis_definition(study: Study, analysis: Analysis) -> str:
    """What the analysis counts, from the rows that define its endpoint."""
    events = [
        row
        for row in study.tables["endpoint_events"]
        if row["endpoint"] == analysis.counted_endpoint
    ]
    origin = (row["event_type"] for row in events if row["role"] == "origin")
    parts = [f"time from {_spoken(study, origin)}"]
    for status, verb in ((1, "event"), (2, "competing"), (0, "also ends the time")):
        kinds = [row["event_type"] for row in events if row["status"] == status]
        if kinds:
            parts.append(f"{verb}: {_spoken(study, kinds)}")
    if analysis.is_reverse:
        parts.append("the end of follow-up is the event, and events are censored")
    if analysis.labels.censoring_rule:
        parts.append(analysis.labels.censoring_rule)
    if analysis.labels.stratum_variable:
        parts.append(f"grouped by {analysis.labels.stratum_variable}")
    if analysis.landmark_day is not None:
        parts.append(f"landmark at day {analysis.landmark_day}")
    rules = ", ".join(sorted({row["source"] for row in events}))
    words = f"{'; '.join(parts)} ({rules})."
    return f"{words} {analysis.caution}" if analysis.caution else words


def _spoken(study: Study, kinds: Iterable[str]) -> str:
    return " or ".join(study.word("event_type", kind) for kind in kinds)
