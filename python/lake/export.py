"""The gate before Spark: a delivery is judged here, and what Spark reads is written."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
from building.access import follow_access
from building.apart import build_apart
from building.check import Checked, CheckFailed, judged, refused_unread
from building.earlier import lend_earlier, relations
from building.journal import journal_of, read_journal
from building.keeping import link_or_copy
from building.log import (
    Row,
    added,
    describe_delivery,
    read_log,
    write_rows,
)
from delivery.contract import ContractBroken
from delivery.faults import DeliveryRefused
from delivery.preflight import inspect_delivery

from lake.folder import Lake
from lake.verdict import Part, write_verdict

# A part of a table is small enough for whoever reads it to hash it as a whole.
_PART = "64MB"
# What the gate found, which no model on Spark finds again.
_FOUND = ("expectation_results", "quality_pages")
# What they find again, and must find as often.
COUNTED = {
    "findings": "rule_id",
    "quarantine": "rule_id",
    "gate_failures": "expectation_id",
    "reconciliation": "table_name",
}


def export(
    folder: Path,
    lake: Lake,
    *,
    warehouse: Path,
    row: Row,
    given: Mapping[str, Any],
) -> Checked:
    """Judge a delivery; where it is accepted, write what Spark reads, and the verdict.

    Parameters
    ----------
    folder : Path
        The delivery.
    lake : Lake
        A folder that holds no build yet.
    warehouse : Path, keyword-only
        What is published: the build will be compared with it.
    row : Row, keyword-only
        The build's row of the delivery log, as it begins.
    given : mapping, keyword-only
        What ``--vars`` say.

    Raises
    ------
    CheckFailed
        Where the gate could not be run to its end, or the folder holds a build.
    """
    if lake.place.exists() and any(lake.place.iterdir()):
        raise CheckFailed(f"{lake.place} is not empty: name a new folder")
    try:
        delivery = inspect_delivery(folder)
    except ContractBroken as broken:
        raise CheckFailed(str(broken)) from broken
    except DeliveryRefused as refused:
        describe_delivery(row, refused)
        return refused_unread(refused)
    describe_delivery(row, delivery)
    follow_access(lake.place, warehouse)
    follow_access(lake.gate, warehouse)
    # The gate asks what stands published, too, and must find it under its own name.
    standing = lake.gate / "warehouse.duckdb"
    if warehouse.exists():
        link_or_copy(warehouse, standing)
    working, failed = build_apart(
        ["+verdict", "+quality_pages"], delivery=folder, place=lake.gate, given=given
    )
    if failed is not None:
        raise CheckFailed.of_build(failed)
    log = added(read_log(standing), read_journal(journal_of(warehouse)))
    with duckdb.connect(str(working)) as connection:
        checked = judged(connection, lake.gate / "target" / "quality" / "index.html")
        if checked.is_accepted:
            lend_earlier(connection, standing, log)
            write_rows(connection, "delivery.build_log", [*log, row])
            _count(connection)
            parts = [
                part
                for name, relation in _read_by_spark(connection).items()
                for part in _write(connection, relation, lake.delivery / name)
            ]
            write_verdict(
                lake,
                checked,
                row=row,
                given=given,
                seeds=_seeds(lake.gate / "target"),
                parts=parts,
            )
    # What stays of the gate is what it tells people.
    (lake.gate / "target" / "quality").rename(lake.quality)
    shutil.rmtree(lake.gate)
    return checked


def _seeds(target: Path) -> dict[str, str]:
    """The checksum of each seed that the gate was built with, as dbt has it."""
    manifest = json.loads((target / "manifest.json").read_bytes())
    return {
        node["name"]: node["checksum"]["checksum"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "seed"
    }


def _count(connection: duckdb.DuckDBPyConnection) -> None:
    counts = " union all ".join(
        f"select '{table}' as table_name, cast({column} as varchar) as counted, "
        f"count(*) as n_records from quality.{table} group by all"
        for table, column in COUNTED.items()
    )
    connection.execute(f"create or replace table quality.counts as {counts}")


def _read_by_spark(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What each table in Parquet is a copy of, by its schema and name on Spark."""
    delivered = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'delivery' "
        "and database_name = current_database() and table_name <> 'build_scope'"
    ).fetchall()
    lent = ["build", *(relation.name for relation in relations())]
    return (
        {f"delivery.{name}": f"delivery.{name}" for (name,) in sorted(delivered)}
        | {f"earlier.{name}": f"earlier.main.{name}" for name in lent}
        | {f"gate.{name}": f"quality.{name}" for name in (*_FOUND, "counts")}
    )


def _write(
    connection: duckdb.DuckDBPyConnection, relation: str, folder: Path
) -> Iterator[Part]:
    """Write a table as Parquet in parts, each with what proves it unchanged."""
    folder.mkdir(parents=True)
    quoted = str(folder).replace("'", "''")
    connection.execute(
        f"copy (from {relation}) to '{quoted}' "
        f"(format parquet, compression zstd, file_size_bytes '{_PART}', "
        "overwrite_or_ignore true)"
    )
    for path in sorted(folder.glob("*.parquet")):
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        yield Part(f"{folder.name}/{path.name}", sha256)
