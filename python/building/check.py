"""The gate alone, on a delivery, for the people who send data: nothing is built.

It is the gate of ``dbt build``, run by dbt on the same models, in a place of its own.
"""

import csv
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from delivery.contract import ContractBroken
from delivery.definitions import gate_rule
from delivery.faults import DeliveryRefused, Fault, one_line
from delivery.preflight import inspect_delivery
from survival.formatting import escape_formula

from building.apart import build_apart
from building.quality_page import (
    FAULT_COLUMNS,
    LIST_COLUMNS,
    fault_rows,
    read_findings,
    read_messages,
    refusal_page,
)
from building.terminal import print_utf8

FORMATS = ("table", "csv", "json", "html")
ACCEPTED, REFUSED = 0, 1
# Kept as files, they are UTF-8 whatever the terminal is.
_FILES = ("csv", "json", "html")
_CELL = 80
# A terminal is read, not searched: what stops comes first, then the worst of what was
# found, and a file holds all of it.
_SHOWN = 20


class CheckFailed(Exception):
    """A check that came to no verdict, in one line."""

    @classmethod
    def of_build(cls, printed: str) -> "CheckFailed":
        """Where dbt stopped before the gate had judged."""
        return cls(f"the gate came to no verdict: {reason_of(printed)}")


@dataclass(frozen=True)
class Checked:
    """What the gate says of a delivery."""

    delivery: str
    is_accepted: bool
    reasons: tuple[str, ...]
    columns: tuple[str, ...]
    findings: tuple[tuple, ...]
    page: str


def check(folder: str | os.PathLike[str]) -> Checked:
    """Judge one delivery as ``dbt build`` would.

    Raises
    ------
    CheckFailed
        Where the gate could not be run to its end.
    """
    try:
        inspect_delivery(folder)
    except ContractBroken as broken:
        raise CheckFailed(str(broken)) from broken
    except DeliveryRefused as refused:
        return refused_unread(refused)
    with tempfile.TemporaryDirectory() as place:
        working, failed = build_apart(
            ["+derivation_findings", "+quality_pages"],
            delivery=Path(folder),
            place=Path(place),
        )
        if failed is not None:
            raise CheckFailed.of_build(failed)
        with duckdb.connect(str(working), read_only=True) as connection:
            return judged(connection, Path(place, "target", "quality", "index.html"))


def refused_unread(refused: DeliveryRefused) -> Checked:
    """What is said of a delivery that cannot be read."""
    return Checked(
        delivery=refused.folder,
        is_accepted=False,
        reasons=tuple(map(_reason, refused.faults)),
        columns=FAULT_COLUMNS,
        findings=tuple(fault_rows(refused.faults)),
        page=refusal_page(refused.folder, refused.faults),
    )


def _reason(fault: Fault) -> str:
    """Why a file cannot be read, and what to do, in one line."""
    action = gate_rule(fault.rule_id)["action"]
    return f"critical: {fault}. {action} [{fault.rule_id}]"


def judged(connection: duckdb.DuckDBPyConnection, page: Path) -> Checked:
    """What dbt's own gate found in the delivery of a working file."""
    ((delivery_id, is_accepted),) = connection.execute(
        "select delivery_id, is_accepted from quality.verdict"
    ).fetchall()
    reasons = [
        one_line(f"{'critical' if is_stop else 'warning'}: {message}", limit=2_000)
        for is_stop, message in read_messages(connection)
    ]
    return Checked(
        delivery=delivery_id,
        is_accepted=is_accepted,
        reasons=tuple(reasons),
        columns=LIST_COLUMNS,
        findings=tuple(read_findings(connection)),
        page=page.read_text(encoding="utf-8"),
    )


def reason_of(printed: str) -> str:
    """Why dbt stopped: what it refused, or the error that it names and explains."""
    lines = [
        text
        for line in printed.splitlines()
        if (text := re.sub(r"^\d\d:\d\d:\d\d\s*", "", line).strip())
    ]
    refused = [line for line in lines if line.startswith("delivery refused: ")]
    named = [n for n, line in enumerate(lines) if re.search(r"(?i)error\b", line)]
    reason = refused or (lines[named[0] : named[0] + 4] if named else lines[-3:])
    return one_line(" ".join(reason)) or "dbt printed nothing"


def tell(checked: Checked, *, output_format: str = "table") -> int:
    """Print what was found; return the exit code."""
    text = printed(checked, output_format=output_format)
    if output_format in _FILES:
        print_utf8()
    sys.stdout.write(text)
    return ACCEPTED if checked.is_accepted else REFUSED


def printed(checked: Checked, *, output_format: str) -> str:
    """What was found, as one of FORMATS."""
    return _PRINTED[output_format](checked)


def _table(checked: Checked) -> str:
    verdict = "accepted" if checked.is_accepted else "refused"
    last = f"delivery {checked.delivery}: {verdict}"
    # The faults of files are told whole by their reasons.
    if not checked.findings or checked.columns == FAULT_COLUMNS:
        return "\n".join([*checked.reasons, last, ""])
    # What a rule is, and what to do, is told above once.
    n_columns = LIST_COLUMNS.index("description")
    rows = [
        [
            "" if value is None else one_line(str(value), limit=_CELL)
            for value in row[:n_columns]
        ]
        for row in (checked.columns, *checked.findings[:_SHOWN])
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [*checked.reasons, "", *(_aligned(row, widths) for row in rows)]
    if (n_more := len(checked.findings) - _SHOWN) > 0:
        lines.append(f"and {n_more} more: --format csv lists all")
    return "\n".join([*lines, "", last, ""])


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(map(str.ljust, row, widths)).rstrip()


def _csv(checked: Checked) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(checked.columns)
    writer.writerows(
        [escape_formula(value) for value in row] for row in checked.findings
    )
    return text.getvalue()


def _json(checked: Checked) -> str:
    return (
        json.dumps(
            {
                "delivery": checked.delivery,
                "is_accepted": checked.is_accepted,
                "reasons": checked.reasons,
                "findings": [
                    dict(zip(checked.columns, row, strict=True))
                    for row in checked.findings
                ],
            },
            indent=2,
        )
        + "\n"
    )


_PRINTED: dict[str, Callable[[Checked], str]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "html": lambda checked: checked.page,
}
