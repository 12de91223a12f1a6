"""What is doubtful: findings, who cannot be evaluated, dates that were imputed."""

from __future__ import annotations

from collections import defaultdict

from survival.labels import reason_label
from survival.report.document import Block, Paragraph, Section
from survival.report.table import Cell, Source, Table, row
from survival.study import Study


def doubts_section(study: Study) -> Section:
    """Quality findings, not evaluable patients, imputed dates."""
    blocks: list[Block] = []
    findings = study.tables["findings"]
    if findings:
        blocks.append(_findings(study))
    else:
        blocks.append(Paragraph("The quality gate recorded no finding."))
    blocks += [_not_evaluable(study), _dates(study)]
    return Section("What is doubtful", "doubts", tuple(blocks))


def _findings(study: Study) -> Table:
    rows = tuple(
        row(
            found["description"] or found["rule_id"],
            found["severity"] or "",
            found["action"] or "",
            Cell(
                str(found["n"]),
                Source(
                    found["relation"], ("count(*)",), (("rule_id", found["rule_id"]),)
                ),
            ),
        )
        for found in study.tables["findings"]
    )
    return Table(
        "findings",
        "Findings of the quality gate",
        ("Finding", "Severity", "What to do", "Records"),
        rows,
        n_words=3,
    )


def _not_evaluable(study: Study) -> Table:
    counted: dict[tuple[str, str], list[int]] = defaultdict(list)
    for found in study.tables["analysis_populations"]:
        is_plain = "__by_" not in found["analysis_id"]
        if is_plain and found["reason"] != "analysed":
            counted[found["analysis_id"], found["reason"]].append(found["n"])
    rows = []
    for (analysis_id, reason), numbers in sorted(counted.items()):
        keys = (("analysis_id", analysis_id), ("reason", reason))
        source = Source("marts.analysis_populations", ("sum(n)",), keys)
        rows.append(
            row(
                analysis_id,
                reason_label(reason),
                Cell(str(sum(numbers)), source),
            )
        )
    return Table(
        "not_evaluable",
        "Patients left out of an analysis, by reason",
        ("Analysis", "Reason", "Patients"),
        tuple(rows),
        n_words=2,
    )


def _dates(study: Study) -> Table:
    rows = []
    for found in study.tables["imputed_dates"]:
        key = (("event_type", found["event_type"]),)
        cells = []
        for how in ("given", "imputed", "missing"):
            source = Source(
                "intermediate.int_dated_events", ("count(*)",), (*key, ("how", how))
            )
            cells.append(Cell(str(found[f"n_{how}"]), source))
        rows.append(row(found["event_type"].replace("_", " "), *cells))
    return Table(
        "imputed_dates",
        "Dates of events: given to the day, imputed from a part (P20), missing",
        ("Event", "Given", "Imputed", "Missing"),
        tuple(rows),
    )
