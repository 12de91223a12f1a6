"""The pages beside the report: what the gate judged, and the catalogue of columns."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from survival.report import html
from survival.report.document import Block, Links, Paragraph, Section, blocks_of
from survival.report.files import write
from survival.report.table import Table, row
from survival.study import Record, Study
from survival.warehouse import FINDINGS

if TYPE_CHECKING:
    from survival.warehouse import Warehouse

QUALITY, CATALOGUE = "quality.html", "catalogue.html"
MAKE_CATALOGUE = (
    "The catalogue of tables and columns is not in this folder: run `dbt docs generate "
    "--static`, then `survival report` again."
)
NO_QUALITY = (
    "The quality page counts single records, and stays out of a folder in which small "
    "numbers are masked."
)
NO_ROWS = (
    "Records are counted here. One by one, with the patient's pseudonym and the line "
    "of the file, they are in quality.findings and quality.quarantine, and on this "
    "page where the report was made with --with-patients."
)
# dbt's page asks for an icon, by a name that it forgot to fill in. Nothing may be asked
# for: the page holds clinical metadata, and opens from a file.
POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    'img-src data:; font-src data:">'
)
RECORD_COLUMNS = (
    "severity",
    "rule_id",
    "table_name",
    "file_line",
    "column_name",
    "patient_id",
)


def write_companions(
    warehouse: Warehouse, study: Study, *, folder: Path, with_patients: bool
) -> Section:
    """Write the pages that can be had; the section that leads to them.

    Returns
    -------
    Section
        Links, and how to make what is missing.
    """
    links: list[tuple[str, str]] = []
    words: list[Block] = []
    if study.smallest is None:
        text = quality_page(warehouse, study, with_patients=with_patients)
        write(folder / QUALITY, text.encode("utf-8"))
        links.append(
            (QUALITY, "What the quality gate judged, expectation by expectation")
        )
    else:
        words.append(Paragraph(NO_QUALITY))
    text = catalogue_page()
    if text is None:
        words.append(Paragraph(MAKE_CATALOGUE))
    else:
        write(folder / CATALOGUE, text.encode("utf-8"))
        links.append((CATALOGUE, "The catalogue: every table and column, and its SQL"))
    links.append(("tables.rtf", "Every table, for the word processor"))
    return Section("In this folder", "folder", (Links(tuple(links)), *words))


def addresses(section: Section) -> set[str]:
    """The files that a section leads to."""
    links = blocks_of(section.blocks, Links)
    return {address for block in links for address, _ in block.items}


def catalogue_page() -> str | None:
    """dbt's static page, without requests and without the machine's paths.

    None where dbt has not made it.
    """
    target = Path(os.environ.get("DBT_TARGET_PATH") or "target")
    path = target / "static_index.html"
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    for folder, shown in ((target, "target"), (Path(), ".")):
        text = text.replace(str(folder.resolve()), shown)
    return text.replace("<head>", f"<head>{POLICY}", 1)


def quality_page(warehouse: Warehouse, study: Study, *, with_patients: bool) -> str:
    """What the gate judged of the delivery that the marts hold."""
    results = warehouse.records(
        "expectation_results",
        schema="quality",
        order_by="is_successful, severity, expectation_id",
    )
    failed = [found for found in results if not found["is_successful"]]
    passed = [found for found in results if found["is_successful"]]
    sections = [
        Section("What was found", "found", (_expectations("found", failed),)),
        Section("What was as expected", "passed", (_expectations("passed", passed),)),
    ]
    records: tuple[Block, ...] = (Paragraph(NO_ROWS),)
    if with_patients:
        records = (_records(warehouse),)
    sections.append(Section("Records to look at", "records", records))
    name = study.delivery.delivery_id if study.delivery is not None else "of no id"
    n_evaluated = sum(bool(found["is_evaluated"]) for found in results)
    head = (
        Paragraph(
            f"Delivery {name}: {n_evaluated} of {len(results)} expectations evaluated, "
            f"{len(failed)} not met. What is judged is a record, or, of a rule over "
            "several tables, a table.",
            kind="quiet",
        ),
        Links((("index.html", "To the report"),)),
    )
    return html.page(
        title="Quality of the delivery",
        head=head,
        sections=sections,
        definitions={"tables": {}, "analyses": {}},
    )


def _expectations(name: str, results: Sequence[Record]) -> Table:
    return Table(
        name,
        f"Expectations ({len(results)})",
        ("Expectation", "Severity", "Tables", "What it is", "Judged", "Unexpected"),
        tuple(
            row(
                found["expectation_id"].removeprefix("rule."),
                found["severity"],
                found["files"] or found["table_name"] or "",
                found["description"] or "",
                _count(found["n_judged"]),
                _count(found["n_unexpected"]),
            )
            for found in results
        ),
        n_words=4,
    )


def _records(warehouse: Warehouse) -> Table:
    """Every finding and quarantined cell, without its value."""
    found = [
        record
        for relation in FINDINGS
        for record in warehouse.records(
            relation.removeprefix("quality."),
            schema="quality",
            order_by="severity, rule_id, source_record",
        )
    ]
    quarantined = warehouse.records(
        "quarantine", schema="quality", order_by="rule_id, source_record"
    )
    rows = _record_rows([*found, *quarantined])
    return Table(
        "records",
        "Findings and quarantined cells",
        ("Severity", "Rule", "Table", "Line", "Column", "Patient"),
        tuple(rows),
        n_words=6,
    )


def _record_rows(records: Iterable[Record]):
    for found in records:
        values = (found.get(name) for name in RECORD_COLUMNS)
        yield row(*("" if value is None else str(value) for value in values))


def _count(value: int | None) -> str:
    return "" if value is None else str(value)
