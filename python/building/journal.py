"""Builds that the log does not hold yet, noted beside the working file.

A build is noted when it begins and struck out when it is logged. One that was killed
stays noted, and is logged by the next.
"""

import json
import os
from datetime import date, datetime
from pathlib import Path

from building.log import COLUMNS, Row

_INTERRUPTED = "its process ended without a word: it was killed, or the machine stopped"
_READ = {"date": date.fromisoformat, "timestamp": datetime.fromisoformat}


def working_file(warehouse: Path) -> Path:
    """Where dbt writes before it is published: a folder of its own beside it.

    Always under the same name, so that the catalogue's does not depend on the file's.
    """
    return warehouse.parent / ".building" / warehouse.name / "warehouse.duckdb"


def spill_folder(working: Path) -> Path:
    """Where DuckDB writes what its memory limit leaves no room for."""
    return working.with_name(working.name + ".tmp")


def journal_of(warehouse: Path) -> Path:
    """Where the builds of a warehouse are noted."""
    working = working_file(warehouse)
    return working.with_name(working.name + ".unlogged")


def write_journal(path: Path, rows: list[Row]) -> None:
    """Note these builds, and no other."""
    half = path.with_name(path.name + ".half")
    half.write_text("".join(json.dumps(row, default=str) + "\n" for row in rows))
    os.replace(half, path)


def read_journal(path: Path) -> list[Row]:
    """The builds noted; those without a verdict were interrupted."""
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        for name, kind in COLUMNS.items():
            if row[name] is not None and kind in _READ:
                row[name] = _READ[kind](row[name])
        if row["verdict"] is None:
            row.update(verdict="interrupted", reason=_INTERRUPTED)
    return rows
