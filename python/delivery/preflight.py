"""The pre-flight: what a delivery's files are, before any of them enters the warehouse.

Nothing is written, and every fault found is named, in one line each; what the faults
are, and what each gets, is the delivery contract's table of bad input.
"""

import difflib
import hashlib
import os
from collections import Counter
from pathlib import Path

from delivery.contract import Table, delivery_contract
from delivery.csv_file import scan_csv
from delivery.faults import DeliveryRefused, Fault, UnreadableFile, quoted
from delivery.files import DeliveredFile, Delivery
from delivery.folder import files_found
from delivery.identifiers import looks_like_direct_identifier
from delivery.manifest import compare_with_manifest
from delivery.parquet_file import lossy_columns, scan_parquet


def inspect_delivery(folder: str | os.PathLike[str]) -> Delivery:
    """Inspect each file of a delivery, and all of them against its manifest.

    Raises
    ------
    DeliveryRefused
        With every fault that was found.
    """
    folder = Path(os.path.abspath(folder))
    paths, faults = files_found(folder)
    files = []
    for table_name, path in paths.items():
        try:
            files.append(_inspect_file(delivery_contract()[table_name], path))
        except DeliveryRefused as refused:
            faults.extend(refused.faults)
    missing = {_table(fault) for fault in faults if fault.rule_id == "file_missing"}
    named = {_table(fault) for fault in faults} & delivery_contract().keys()
    identity, manifest_faults = compare_with_manifest(
        files, delivered=(paths.keys() | named) - missing, missing=missing
    )
    faults.extend(manifest_faults)
    if faults or identity is None:
        raise DeliveryRefused(str(folder), faults, identity=identity, files=files)
    return Delivery(folder, *identity, files=tuple(files))


def _table(fault: Fault) -> str:
    return fault.file_name.partition(".")[0]


def _inspect_file(table: Table, path: Path) -> DeliveredFile:
    file_format = path.name.partition(".")[2].lower()
    n_blank_lines, is_plain = 0, False
    try:
        if file_format == "parquet":
            with path.open("rb") as file:
                parquet = scan_parquet(file)
                header, n_records = parquet.header, parquet.n_records
                faults = _header_faults(table, header) or [
                    ("parquet_type", reason)
                    for reason in lossy_columns(file, table.delivered_as(header))
                ]
        else:
            scan = scan_csv(path)
            header, n_records = scan.header, scan.n_records
            n_blank_lines, is_plain = scan.n_blank_lines, scan.is_plain
            faults = _header_faults(table, header)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except UnreadableFile as error:
        fault = Fault(error.rule_id, path.name, error.message)
        raise DeliveryRefused(str(path.parent), [fault]) from error
    except OSError as error:
        fault = Fault("unreadable", path.name, f"cannot be read: {error.strerror}")
        raise DeliveryRefused(str(path.parent), [fault]) from error
    if faults:
        named = [Fault(rule_id, path.name, message) for rule_id, message in faults]
        raise DeliveryRefused(str(path.parent), named)
    return DeliveredFile(
        table.name,
        path,
        file_format,
        n_bytes=path.stat().st_size,
        sha256=digest,
        header=header,
        n_records=n_records,
        n_blank_lines=n_blank_lines,
        is_plain=is_plain,
    )


def _header_faults(table: Table, header: tuple[str, ...]) -> list[tuple[str, str]]:
    """What is wrong with a header; its order is free."""
    expected = ", ".join(table.column_names)
    known = [name for name in header if name in table.column_names]
    if not known and not any(looks_like_direct_identifier(name) for name in header):
        # What stands there may be a patient's values: it is not printed.
        return [("header_missing", _without_header(header) + f"; expected {expected}")]
    faults = [
        ("column_missing", f"column {name} is missing; expected {expected}")
        for column in table.columns
        if column.required and (name := column.name) not in header
    ]
    for name, n_times in Counter(header).items():
        if name not in table.column_names:
            faults.append(_unknown_column(table, name))
        elif n_times > 1:
            faults.append(
                ("column_doubled", f"column {name} stands there {n_times} times")
            )
    return faults


def _without_header(header: tuple[str, ...]) -> str:
    if not header:
        return "is empty, without a header"
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        return "is not separated by commas"
    return "has no header of this table on line 1"


def _unknown_column(table: Table, name: str) -> tuple[str, str]:
    if looks_like_direct_identifier(name):
        return (
            "direct_identifier",
            f"column {quoted(name)} looks like a direct identifier: such data must not "
            "enter the warehouse; delete the column and deliver again",
        )
    near = difflib.get_close_matches(name.strip().lower(), table.column_names, 1)
    hint = (
        f"did you mean {near[0]}?"
        if near
        else f"expected {', '.join(table.column_names)}"
    )
    return ("column_unknown", f"column {quoted(name)} is not in the contract; {hint}")
