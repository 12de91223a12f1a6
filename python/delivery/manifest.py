"""The manifest: whether the files that came are the files that were sent."""

import re
from collections.abc import Iterable
from datetime import date

import duckdb

from delivery.blanks import BLANKS
from delivery.contract import delivery_contract
from delivery.faults import Fault, UnreadableFile, quoted
from delivery.files import DeliveredFile, Identity
from delivery.load import create_tables, load_file

_VALUES = (
    "table_name",
    "delivery_id",
    "delivered_on",
    "data_cutoff_date",
    "n_rows",
    "sha256",
)


def compare_with_manifest(
    files: Iterable[DeliveredFile], *, delivered: set[str], missing: set[str]
) -> tuple[Identity | None, list[Fault]]:
    """Compare the files that could be read with what the manifest says of them.

    Parameters
    ----------
    files
        The files that could be read, the manifest among them.
    delivered
        Every table of which a file came, readable or not.
    missing
        Every table whose file is known to be missing, and is told as such.

    Returns
    -------
    The delivery's id, its day and its cut-off, unless the manifest cannot be read or
    its rows differ in id or cut-off; the faults.
    """
    by_table = {file.table_name: file for file in files}
    manifest = by_table.pop("manifest", None)
    if manifest is None:
        return None, []
    try:
        rows, faults = _rows(manifest)
    except UnreadableFile as error:
        return None, [Fault(error.rule_id, manifest.path.name, error.message)]
    if faults:
        return None, faults
    name = manifest.path.name
    faults += _identity_faults(name, rows)
    told = {(row["delivery_id"], row["data_cutoff_date"]) for row in rows}
    faults += _listing_faults(name, rows, delivered - {"manifest"}, missing)
    for row in rows:
        if file := by_table.get(row["table_name"]):
            faults += _content_faults(file, row)
    if len(told) > 1:
        return None, faults
    ((delivery_id, cutoff),) = told
    return (delivery_id, rows[0]["delivered_on"], cutoff), faults


def _rows(manifest: DeliveredFile) -> tuple[list[dict], list[Fault]]:
    """The manifest's rows, parsed; exact copies are one."""
    name = manifest.path.name
    with duckdb.connect() as connection:
        create_tables(connection)
        load_file(connection, manifest)
        malformed = connection.execute(
            "select file_line from delivery.malformed_records order by file_line"
        ).fetchall()
        rows = connection.execute(
            f"select {', '.join(_VALUES)}, file_line "
            "from delivery.manifest order by file_line"
        ).fetchall()
    faults = [
        Fault(
            "manifest_unreadable", name, f"line {line} has too many or too few fields"
        )
        for (line,) in malformed
    ]
    parsed: dict[tuple, dict] = {}
    for *values, file_line in rows:
        row = dict(zip(_VALUES, ((v or "").strip(BLANKS) for v in values), strict=True))
        for column in delivery_contract()["manifest"].columns:
            value = row[column.name]
            if not value and not column.nullable:
                faults.append(_unparsed(name, file_line, column.name, "a value"))
            elif column.type == "date":
                if (day := _day(value)) is None:
                    faults.append(
                        _unparsed(name, file_line, column.name, "a date YYYY-MM-DD")
                    )
                row[column.name] = day
            elif column.type == "integer":
                if not re.fullmatch("[0-9]{1,18}", value):
                    faults.append(
                        _unparsed(name, file_line, column.name, "a whole number")
                    )
                else:
                    row[column.name] = int(value)
        parsed.setdefault(tuple(row.values()), row)
    if not rows and not faults:
        faults.append(Fault("manifest_unreadable", name, "lists no file"))
    return list(parsed.values()), faults


def _day(value: str) -> date | None:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _unparsed(name: str, file_line: int, column: str, expected: str) -> Fault:
    return Fault(
        "manifest_unreadable",
        name,
        f"line {file_line}, column {column}: expected {expected}",
    )


def _identity_faults(name: str, rows: list[dict]) -> list[Fault]:
    faults = [
        Fault(
            "manifest_inconsistent",
            name,
            f"column {column} is not the same on all rows; expected one value",
        )
        for column in ("delivery_id", "data_cutoff_date")
        if len({row[column] for row in rows}) > 1
    ]
    late = [row for row in rows if row["data_cutoff_date"] > row["delivered_on"]]
    if late:
        faults.append(
            Fault(
                "cutoff_after_delivery",
                name,
                f"column data_cutoff_date is {late[0]['data_cutoff_date']}, after "
                f"delivered_on {late[0]['delivered_on']}; expected it on or before",
            )
        )
    return faults


def _listing_faults(
    name: str, rows: list[dict], delivered: set[str], missing: set[str]
) -> list[Fault]:
    faults = []
    listed = [row["table_name"] for row in rows]
    for table_name in sorted(set(listed)):
        if table_name not in delivery_contract() or table_name == "manifest":
            faults.append(
                Fault(
                    "table_unknown",
                    name,
                    f"lists {quoted(table_name)}, which is no table that it may list",
                )
            )
        elif table_name not in delivered | missing:
            faults.append(
                Fault(
                    "file_missing",
                    name,
                    f"lists {table_name}, of which there is no file",
                )
            )
        if listed.count(table_name) > 1:
            faults.append(
                Fault(
                    "manifest_inconsistent",
                    name,
                    f"lists {quoted(table_name)} twice, with different values",
                )
            )
    faults += [
        Fault(
            "file_unlisted",
            name,
            f"does not list {table_name}, of which there is a file",
        )
        for table_name in sorted(delivered - set(listed))
    ]
    return faults


def _content_faults(file: DeliveredFile, row: dict) -> list[Fault]:
    faults = []
    if row["n_rows"] != file.n_records:
        faults.append(
            Fault(
                "n_rows_differs",
                file.path.name,
                f"has {file.n_records} records; expected {row['n_rows']} by the "
                "manifest's n_rows",
            )
        )
    if row["sha256"] and row["sha256"].lower() != file.sha256:
        faults.append(
            Fault(
                "sha256_differs",
                file.path.name,
                f"has SHA-256 {file.sha256[:12]}...; expected "
                f"{row['sha256'][:12].lower()}... by the manifest's sha256",
            )
        )
    return faults
