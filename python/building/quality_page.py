"""The quality page and lists: what was found, for a data manager and for the sites.

No delivered value stands in them but the patient's pseudonym: a site finds the value
under the file's name and line. What is delivered text is escaped, against markup in the
page and against formulas in the lists.
"""

import csv
import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
from delivery.definitions import gate_rule
from delivery.faults import Fault

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
_FINDINGS = """
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
    order by all
"""
# What only the derivation shows is there after it, in what was accepted.
_DERIVED = """
    union all
    select
        severity, rule_id, table_name, file_line, column_name, patient_id,
        related_record, detail, description, action
    from quality.derivation_findings
"""
_SHOWN = 1_000
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto;
       padding: 0 1rem; color: #1b2733; }
table { border-collapse: collapse; width: 100%; margin: 0 0 2rem; font-size: 14px; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #d8dee4;
         vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
.critical { color: #a40e26; font-weight: 600; }
.warning { color: #8a5a00; }
.ok { color: #1a6b32; }
"""


def write_page(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> tuple[Path, Path]:
    """Write ``index.html`` and ``findings.csv`` of the delivery that was judged."""
    findings = read_findings(connection)
    messages = read_messages(connection)
    files = connection.execute(
        "select file_name, n_delivered, n_accepted, n_collapsed, n_quarantined "
        "from quality.reconciliation order by file_name"
    ).fetchall()
    ((delivery_id, cutoff),) = connection.execute(
        "select any_value(delivery_id), any_value(data_cutoff_date) "
        "from delivery.manifest"
    ).fetchall()
    ((n_judged, n_declared),) = connection.execute(
        "select count(*) filter (where is_evaluated), count(*) "
        "from quality.expectation_results"
    ).fetchall()
    page, listed = folder / "index.html", folder / "findings.csv"
    folder.mkdir(parents=True, exist_ok=True)
    write_list(listed, LIST_COLUMNS, findings)
    is_refused = any(is_stop for is_stop, _ in messages)
    body = [
        f"<h1>Delivery {_text(delivery_id)}</h1>",
        f"<p>Data cut-off {_text(cutoff)}. "
        + (
            '<span class="critical">Refused</span>: the marts are as they were.'
            if is_refused
            else '<span class="ok">Accepted</span>.'
        )
        + "</p>",
        "<h2>What was found</h2>",
        _table(
            ("severity", "what it is, and what to do"),
            [
                ("critical" if is_stop else "warning", message)
                for is_stop, message in messages
            ],
        ),
        "<h2>Every record, by file</h2>",
        _table(("file", "delivered", "accepted", "collapsed", "quarantined"), files),
        f"<h2>Records to look at ({len(findings)})</h2>",
        "<p>All of them are in findings.csv, beside this page.</p>",
        _table(LIST_COLUMNS, findings[:_SHOWN]),
        f"<p>{n_judged} of {n_declared} expectations were judged; the others are of "
        "tables too large to be judged record by record.</p>",
    ]
    page.write_text(_document(f"Delivery {delivery_id}", body), "utf-8")
    return page, listed


def read_messages(connection: duckdb.DuckDBPyConnection) -> list[tuple[bool, str]]:
    """What the gate says of the delivery, a sentence each, and whether it stops it.

    What stops comes first, and of that what is of most records.
    """
    return connection.execute(
        "select is_stop, message from quality.gate_failures "
        "order by is_stop desc, n_records desc nulls first, message"
    ).fetchall()


def read_findings(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Every finding and quarantined cell, without its value; critical ones first."""
    ((is_derived,),) = connection.execute(
        "select count(*) > 0 from duckdb_tables() where schema_name = 'quality' "
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
    return _document(
        "Delivery refused",
        [
            f"<h1>Delivery in {_text(delivery)}</h1>",
            '<p><span class="critical">Refused</span>: the marts are as they were.</p>',
            _table(FAULT_COLUMNS, fault_rows(faults)),
        ],
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


def escape_formula(value: Any) -> Any:
    """A cell that a spreadsheet shows and does not run."""
    if isinstance(value, str) and value.lstrip()[:1] in ("=", "+", "-", "@"):
        return "'" + value
    return value


def _document(title: str, body: Sequence[str]) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n"
        + "\n".join(body)
        + "\n</html>\n"
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence]) -> str:
    head = "".join(f"<th>{_text(column)}</th>" for column in columns)
    lines = [f"<table>\n<tr>{head}</tr>"]
    for row in rows:
        lines.append("<tr>" + "".join(_cell(value) for value in row) + "</tr>")
    return "\n".join([*lines, "</table>"])


def _cell(value: Any) -> str:
    if value in ("critical", "warning"):
        return f'<td class="{value}">{value}</td>'
    kind = ' class="n"' if isinstance(value, int) else ""
    return f"<td{kind}>{_text(value)}</td>"


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    # A file's name need not be text: what is none shows as its number.
    return html.escape(str(value).encode(errors="backslashreplace").decode())
