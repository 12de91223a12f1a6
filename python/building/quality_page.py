"""The quality page and lists: what was found, for a data manager and for the sites.

No delivered value stands in them but the patient's pseudonym: a site finds the value
under the file's name and line. What is delivered text is escaped, against markup in the
page and against formulas in the lists.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
from delivery.definitions import gate_rule
from delivery.faults import Fault
from survival.counted import FAILURES
from survival.formatting import escape_formula
from survival.report import render
from survival.report.document import Paragraph, Section, Table, row
from survival.report.quality import Judged, quality_page

REFUSED = "Refused: the marts are as they were."
LIST_COLUMNS = (
    "severity",
    "rule_id",
    "table_name",
    "file_line",
    "column_name",
    "patient_id",
    "related_record",
    "detail",
    "description",
    "action",
)
FAULT_COLUMNS = ("severity", "rule_id", "file_name", "message", "action")
# What is withheld comes before what is listed.
_FINDINGS = """
    from (
    select
        severity, rule_id, table_name, file_line, column_name, patient_id,
        related_record, detail, description, action
    from quality.findings
    {derived}
    union all
    select
        gate_rules.severity, quarantine.rule_id, quarantine.table_name,
        quarantine.file_line, quarantine.column_name, quarantine.patient_id,
        null, null, gate_rules.description, gate_rules.action
    from quality.quarantine
    left join definitions.gate_rules on quarantine.rule_id = gate_rules.rule_id
    )
    order by
        severity,
        rule_id not in (
            select rule_id from definitions.gate_rules where stage = 'quarantine'
        ),
        rule_id, table_name, file_line, column_name, patient_id, related_record, detail
"""
# What only the derivation shows is there after it, in what was accepted.
_DERIVED = """
    union all
    select
        severity, rule_id, table_name, file_line, column_name, patient_id,
        related_record, detail, description, action
    from quality.derivation_findings
"""


def write_page(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> tuple[Path, Path]:
    """Write ``index.html`` and ``findings.csv`` of the delivery that was judged."""
    findings = read_findings(connection)
    ((delivery_id, cutoff),) = connection.execute(
        "select any_value(delivery_id), any_value(data_cutoff_date) "
        "from delivery.manifest"
    ).fetchall()
    failures = _rows(connection, FAILURES)
    is_refused = any(failure["is_stop"] for failure in failures)
    judged = Judged(
        title=f"Delivery {delivery_id}",
        lead=f"Data cut-off {cutoff}. {REFUSED if is_refused else 'Accepted.'}",
        failures=failures,
        expectations=_rows(
            connection, "from quality.expectation_results order by expectation_id"
        ),
        reconciliation=_rows(
            connection, "from quality.reconciliation order by file_name"
        ),
        records=[dict(zip(LIST_COLUMNS, row, strict=True)) for row in findings],
    )
    page, listed = folder / "index.html", folder / "findings.csv"
    folder.mkdir(parents=True, exist_ok=True)
    write_list(listed, LIST_COLUMNS, findings)
    page.write_text(quality_page(judged), "utf-8")
    return page, listed


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def read_messages(connection: duckdb.DuckDBPyConnection) -> list[tuple[bool, str]]:
    """What the gate says of the delivery, a sentence each, and whether it stops it.

    What stops comes first, and of that what is of most records.
    """
    failures = _rows(connection, FAILURES)
    return [(failure["is_stop"], failure["message"]) for failure in failures]


def read_findings(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Every finding and quarantined cell, without its value; critical ones first."""
    ((is_derived,),) = connection.execute(
        "select count(*) > 0 from duckdb_tables() "
        "where database_name = current_database() and schema_name = 'quality' "
        "and table_name = 'derivation_findings'"
    ).fetchall()
    query = _FINDINGS.format(derived=_DERIVED if is_derived else "")
    return connection.execute(query).fetchall()


def write_refusal(folder: Path, delivery: str, faults: Sequence[Fault]) -> None:
    """Write the page and list of a delivery that could not be read."""
    folder.mkdir(parents=True, exist_ok=True)
    write_list(folder / "findings.csv", FAULT_COLUMNS, fault_rows(faults))
    (folder / "index.html").write_text(refusal_page(delivery, faults), "utf-8")


def refusal_page(delivery: str, faults: Sequence[Fault]) -> str:
    """The page of a delivery that could not be read."""
    table = Table(
        "faults",
        "What could not be read",
        ("Severity", "Finding", "File", "What it is", "What to do"),
        tuple(row(*values) for values in fault_rows(faults)),
        n_words=5,
    )
    return render.page(
        title="Delivery refused",
        head=[Paragraph(f"Delivery in {delivery}. {REFUSED}")],
        sections=[Section("Findings", "found", (table,))],
    )


def fault_rows(faults: Sequence[Fault]) -> list[tuple[str, ...]]:
    """The faults of files, by FAULT_COLUMNS."""
    return [
        (
            "critical",
            fault.rule_id,
            fault.file_name,
            fault.message,
            gate_rule(fault.rule_id)["action"],
        )
        for fault in faults
    ]


def write_list(path: Path, columns: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Write a CSV list in which no cell begins as a formula does."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([escape_formula(value) for value in row])
