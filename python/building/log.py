"""The delivery log: one row per build attempted, refused ones too."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
from delivery.definitions import PROJECT, seed_folders
from delivery.faults import DeliveryRefused
from delivery.files import Delivery

from building.access import create_private
from building.publishing import half_written, publish

COLUMNS = {
    "build_id": "varchar",
    "verdict": "varchar",
    "reason": "varchar",
    "goes_back_to": "varchar",
    "delivery_id": "varchar",
    "delivered_on": "date",
    "data_cutoff_date": "date",
    "n_files": "bigint",
    "files": "varchar",
    "code_commit": "varchar",
    "versions": "varchar",
    "study": "varchar",
    "parameters": "varchar",
    "n_included": "bigint",
    "marts_hash": "varchar",
    "started_at": "timestamp",
    "finished_at": "timestamp",
}
_OF_BUILDS_BEFORE = (
    "delivery_log",
    "patient_changes",
    "queries",
    "record_changes",
    "result_changes",
    "result_history",
)
_PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "lifelines")

# What the marts of a file are of is its last row with one of these verdicts.
STANDING = ("published", "rolled_back")

Row = dict[str, Any]


def opening_row(*, build_id: str, parameters: dict[str, Any]) -> Row:
    """The row of a build that begins: what is known before the delivery is read."""
    row: Row = dict.fromkeys(COLUMNS)
    row["build_id"] = build_id
    row["code_commit"] = code_commit()
    row["versions"] = json.dumps({name: version(name) for name in _PACKAGES})
    row["study"] = seed_folders()[1].name
    row["parameters"] = json.dumps(parameters, default=str)
    row["started_at"] = now()
    return row


def describe_delivery(row: Row, delivered: Delivery | DeliveryRefused) -> None:
    """Enter what was delivered, with each file's bytes, records and SHA-256.

    Of a delivery that cannot be read, what its manifest tells, and the files that
    could be: they are not counted, as they are not the delivery.
    """
    named = ("delivery_id", "delivered_on", "data_cutoff_date")
    row.update(zip(named, delivered.identity or (), strict=False))
    row["files"] = _content(delivered)
    if isinstance(delivered, Delivery):
        row["n_files"] = len(delivered.files)


def _content(delivered: Delivery | DeliveryRefused) -> str:
    return json.dumps(
        [
            {
                "file_name": file.path.name,
                "n_bytes": file.n_bytes,
                "n_records": file.n_records,
                "sha256": file.sha256,
            }
            for file in delivered.files
        ]
    )


def warnings_against_log(
    delivery: Delivery, log: list[Row]
) -> list[tuple[str, str, str, str]]:
    """What a delivery is warned of against the log: rule, column, value, related."""
    warnings = []
    published = [row for row in log if row["verdict"] in STANDING]
    if published and delivery.data_cutoff_date < published[-1]["data_cutoff_date"]:
        warnings.append(
            (
                "cutoff_before_published",
                "data_cutoff_date",
                str(delivery.data_cutoff_date),
                str(published[-1]["data_cutoff_date"]),
            )
        )
    # What could not be read is no other content: a transfer may fail, and be repeated.
    same_id = [
        row
        for row in log
        if row["delivery_id"] == delivery.delivery_id and row["n_files"] is not None
    ]
    if any(row["files"] != _content(delivery) for row in same_id):
        warnings.append(
            (
                "delivery_id_reused",
                "delivery_id",
                delivery.delivery_id,
                str(same_id[-1]["started_at"]),
            )
        )
    return warnings


@contextmanager
def opened(
    file: Path, *, read_only: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A published file, whatever it is called, under the name ``published``.

    Under its own, one called marts.duckdb would be taken for its schema marts.
    """
    with duckdb.connect() as connection:
        quoted = str(file).replace("'", "''")
        mode = " (read_only)" if read_only else ""
        connection.execute(f"attach '{quoted}' as published{mode}")
        connection.execute("use published")
        yield connection


def read_log(warehouse: Path) -> list[Row]:
    """The rows of the published log; none where nothing was published yet.

    The file is opened by another name, so that a stale write-ahead log beside it,
    left by somebody's crashed session, is not held against it.
    """
    if not warehouse.exists():
        return []
    alias = half_written(warehouse).with_suffix(".read")
    alias.unlink(missing_ok=True)
    alias.symlink_to(warehouse.resolve())
    try:
        with opened(alias) as connection:
            tables = connection.execute(
                "select column_name from information_schema.columns "
                "where table_schema = 'marts' and table_name = 'delivery_log'"
            ).fetchall()
            known = [name for (name,) in tables if name in COLUMNS]
            if not known:
                return []
            rows = connection.execute(
                f"select {', '.join(known)} from marts.delivery_log order by started_at"
            ).fetchall()
    finally:
        alias.unlink(missing_ok=True)
    return [dict.fromkeys(COLUMNS) | dict(zip(known, row, strict=True)) for row in rows]


def write_rows(
    connection: duckdb.DuckDBPyConnection, relation: str, rows: list[Row]
) -> None:
    """Create `relation` with these rows."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    connection.execute(f"create or replace table {relation} ({columns})")
    if rows:
        connection.executemany(
            f"insert into {relation} values ({', '.join('?' * len(COLUMNS))})",
            [[row[name] for name in COLUMNS] for row in rows],
        )


def build_of_marts(row: Row) -> str:
    """The build that made what is published since this row, one of STANDING."""
    return str(row["goes_back_to"] or row["build_id"])


def hash_marts(connection: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 of the cells of every mart that tells of this delivery alone.

    A mart's rows are hashed one by one and summed, so that their order is nothing, and
    none is held.
    """
    marts = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts' "
        "and database_name = current_database() order by table_name"
    ).fetchall()
    digest = hashlib.sha256()
    for (name,) in marts:
        if name in _OF_BUILDS_BEFORE:
            continue
        content = connection.execute(
            f"select count(*), sum(hash(mart)) from marts.{name} as mart"
        ).fetchone()
        digest.update(repr((name, content)).encode())
    return digest.hexdigest()


def added(log: list[Row], rows: list[Row]) -> list[Row]:
    """The log with those of the rows that it does not hold."""
    logged = {row["build_id"] for row in log}
    return [*log, *(row for row in rows if row["build_id"] not in logged)]


def log_unpublished(warehouse: Path, rows: list[Row]) -> None:
    """Publish the old marts again with these rows more in their log."""
    publish_with_log(warehouse, warehouse, added(read_log(warehouse), rows))


def publish_with_log(marts: Path, warehouse: Path, rows: list[Row]) -> None:
    """Replace `warehouse` by the file `marts` with these rows for its log."""
    edited = half_written(warehouse).with_suffix(".log")
    try:
        create_private(edited)
        shutil.copyfile(marts, edited)
        with opened(edited, read_only=False) as connection:
            write_rows(connection, "marts.delivery_log", rows)
            connection.execute("checkpoint")
        publish(edited, warehouse)
    finally:
        edited.unlink(missing_ok=True)
        edited.with_name(edited.name + ".wal").unlink(missing_ok=True)


def now() -> datetime:
    """The time in UTC, without a zone, to the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def code_commit() -> str | None:
    """The commit of the code, and whether it has been changed since."""
    described = subprocess.run(
        ["git", "-C", str(PROJECT), "describe", "--always", "--dirty", "--abbrev=40"],
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or None
