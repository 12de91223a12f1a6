"""Data quality: the chapter of the report, and the page of what the gate judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from survival.counted import DATES, FINDINGS, gate_failures
from survival.groups import Record
from survival.labels import title_of
from survival.report.document import (
    Block,
    Cell,
    Fold,
    Links,
    Paragraph,
    Row,
    Section,
    Source,
    Table,
    row,
)
from survival.report.render import page
from survival.study import Study

if TYPE_CHECKING:
    from survival.warehouse import Warehouse

RECORD_COUNTS = ("n_delivered", "n_accepted", "n_collapsed", "n_quarantined")
RECORD_HEADS = ("File", "Delivered", "Accepted", "Exact copies", "Quarantined")
LISTED = (
    "severity",
    "rule_id",
    "table_name",
    "file_line",
    "column_name",
    "patient_id",
    "related_record",
    "detail",
)
LISTED_HEADS = (
    "Severity",
    "Finding",
    "File",
    "Line",
    "Column",
    "Patient",
    "Related record",
    "Detail",
)
MOST_LISTED = 1_000
DATE_RESOLUTIONS = {"given": "n_given", "imputed": "n_imputed", "missing": "n_missing"}
NO_ROWS = (
    "Records are counted here. One by one, with the patient's pseudonym and the line "
    "of the file, they are in quality.findings and quality.quarantine, and on this "
    "page where the report was made with --with-patients."
)


def quality_section(study: Study) -> Section:
    """What was delivered, what was found in it, who is left out, dates imputed."""
    blocks: list[Block] = []
    if study.delivery is not None:
        facts = study.delivery.facts().items()
        words = "; ".join(f"{name} {value}" for name, value in facts)
        blocks.append(Paragraph(f"{words[0].upper()}{words[1:]}."))
    blocks += [
        Paragraph(
            f"Delivery {later.delivery_id or 'of unknown id'} came later and was "
            f"{later.verdict}: {later.reason or 'no reason recorded'}",
            tone="caution",
        )
        for later in study.later
    ]
    blocks += [Paragraph(_verdict(found)) for found in study.tables["verdict"]]
    blocks.append(_reconciliation(study))
    if study.tables["findings"]:
        blocks.append(_findings(study))
    else:
        blocks.append(Paragraph("The quality gate recorded no finding."))
    blocks += [_left_out(study), _dates(study)]
    parameters = Table(
        "parameters",
        "Parameters of the study in this build",
        ("Parameter, as --vars takes it", "Value"),
        tuple(row(name, str(value)) for name, value in study.parameters.items()),
        n_words=2,
    )
    blocks.append(Fold("Parameters of the study", (parameters,)))
    return Section("Data quality", "quality", tuple(blocks))


def _verdict(found: Record) -> str:
    word = "accepted" if found["is_accepted"] else "refused"
    return (
        f"The quality gate {word} it after {found['n_evaluated']} checks: "
        f"{found['n_critical']} with a critical finding, {found['n_warnings']} with a "
        "warning."
    )


def _reconciliation(study: Study) -> Table:
    rows = []
    for found in study.tables["reconciliation"]:
        key = (("table_name", found["table_name"]),)
        cells = (
            Cell(str(found[name]), Source("quality.reconciliation", (name,), key))
            for name in RECORD_COUNTS
        )
        rows.append(row(found["file_name"], *cells))
    return Table(
        "reconciliation",
        "Records delivered: accepted, collapsed as exact copies, or quarantined",
        RECORD_HEADS,
        tuple(rows),
    )


def _findings(study: Study) -> Table:
    rows = []
    for found in study.tables["findings"]:
        key = (("rule_id", found["rule_id"]),)
        rows.append(
            row(
                found["description"],
                found["severity"],
                found["action"],
                Cell(str(found["n"]), Source(found["relation"], ("count(*)",), key)),
            )
        )
    return Table(
        "findings",
        "Findings of the quality gate",
        ("Finding", "Severity", "What to do", "Records"),
        tuple(rows),
        n_words=3,
    )


def _left_out(study: Study) -> Table:
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for found in study.tables["analysis_populations"]:
        analysis = study.analyses_by_id.get(found["analysis_id"])
        if analysis and not analysis.has_strata and found["reason"] != "analysed":
            counted[found["analysis_id"], found["reason"]] += found["n"]
    rows = []
    for (analysis_id, reason), n in counted.items():
        keys = (("analysis_id", analysis_id), ("reason", reason))
        source = Source("marts.analysis_populations", ("sum(n)",), keys)
        title = title_of(study.analyses_by_id[analysis_id])
        rows.append(row(title, study.word("reason", reason), Cell(str(n), source)))
    return Table(
        "not_evaluable",
        "Patients excluded from an analysis, by reason",
        ("Analysis", "Reason", "Patients"),
        tuple(rows),
        n_words=2,
    )


def _dates(study: Study) -> Table:
    rows = []
    for found in study.tables["imputed_dates"]:
        cells = []
        for resolution, column in DATE_RESOLUTIONS.items():
            keys = (
                ("event_type", found["event_type"]),
                ("date_resolution", resolution),
            )
            source = Source(DATES, ("count(*)",), keys)
            cells.append(Cell(str(found[column]), source))
        rows.append(row(study.word("dated_event", found["event_type"]), *cells))
    return Table(
        "imputed_dates",
        "Dates of events: given to the day, imputed from a part, or missing",
        ("Event", "Given", "Imputed", "Missing"),
        tuple(rows),
    )


@dataclass(frozen=True)
class Judged:
    """What the gate judged of a delivery.

    Attributes
    ----------
    title, lead : str
        Which delivery, and its verdict.
    failures : sequence of records
        Rows of ``gate_failures``.
    expectations : sequence of records
        Rows of ``expectation_results``.
    reconciliation : sequence of records
        Rows of ``reconciliation``.
    records : sequence of records or None
        Findings and quarantined cells, one by one; None where they are not shown.
    links : tuple of (address, words)
    """

    title: str
    lead: str
    failures: Sequence[Record]
    expectations: Sequence[Record]
    reconciliation: Sequence[Record]
    records: Sequence[Record] | None = None
    links: tuple[tuple[str, str], ...] = ()


def quality_page(judged: Judged) -> str:
    """The page of a delivery: found, expected, every record by file."""
    passed = [e for e in judged.expectations if e["is_successful"]]
    sections = [
        Section("Findings", "found", (_found(judged.failures),)),
        Section("Records by file", "files", (_files(judged.reconciliation),)),
        Section("Records to review", "records", _records(judged)),
        Section("Met expectations", "passed", (_passed(passed),)),
    ]
    n_evaluated = sum(bool(found["is_evaluated"]) for found in judged.expectations)
    checks = (
        f"{n_evaluated} of {len(judged.expectations)} expectations evaluated, "
        f"{len(judged.expectations) - len(passed)} not met."
    )
    head: list[Block] = [Paragraph(judged.lead), Paragraph(checks, tone="quiet")]
    if judged.links:
        head.append(Links(judged.links))
    return page(title=judged.title, head=head, sections=sections)


def _found(failures: Iterable[Record]) -> Table:
    return Table(
        "found",
        "What was found, and what to do",
        ("Severity", "Finding, and what to do", "Records"),
        tuple(
            row(
                found["severity"],
                found["message"],
                "" if found["n_records"] is None else str(found["n_records"]),
            )
            for found in failures
        ),
        n_words=2,
    )


def _rule(found: Record) -> str:
    return found["expectation_id"].removeprefix("rule.")


def _passed(passed: Iterable[Record]) -> Table:
    return Table(
        "passed",
        "What was as expected",
        ("Expectation", "Severity", "What it is"),
        tuple(
            row(_rule(found), found["severity"], found["description"] or "")
            for found in passed
        ),
        n_words=3,
    )


def _files(reconciliation: Iterable[Record]) -> Table:
    return Table(
        "files",
        "Records delivered: accepted, collapsed as exact copies, or quarantined",
        RECORD_HEADS,
        tuple(
            row(found["file_name"], *(str(found[name]) for name in RECORD_COUNTS))
            for found in reconciliation
        ),
    )


def _records(judged: Judged) -> tuple[Block, ...]:
    if judged.records is None:
        return (Paragraph(NO_ROWS),)
    n = len(judged.records)
    caption = f"Findings and quarantined cells ({n})"
    if n > MOST_LISTED:
        caption += f", the first {MOST_LISTED}"
    rows: list[Row] = []
    for found in judged.records[:MOST_LISTED]:
        values = (found.get(name) for name in LISTED)
        rows.append(row(*("" if value is None else str(value) for value in values)))
    return (Table("records", caption, LISTED_HEADS, tuple(rows), n_words=8),)


def judged_by_marts(
    warehouse: Warehouse, study: Study, *, with_patients: bool
) -> Judged:
    """What the gate judged of the delivery that the marts hold."""
    relations = [name.removeprefix("quality.") for name in FINDINGS]
    records = None
    if with_patients:
        records = [
            found
            for relation in (*relations, "quarantine")
            for found in warehouse.records(
                relation, schema="quality", order_by="rule_id, source_record"
            )
        ]
    name = study.delivery.delivery_id if study.delivery is not None else "of no id"
    return Judged(
        title="Quality of the delivery",
        lead=f"Delivery {name}.",
        failures=gate_failures(warehouse),
        expectations=warehouse.records(
            "expectation_results", schema="quality", order_by="severity, expectation_id"
        ),
        reconciliation=study.tables["reconciliation"],
        records=records,
        links=(("index.html", "To the report"),),
    )
