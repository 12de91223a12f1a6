"""The pre-flight: what a delivery's files are, before any of them enters the warehouse.

Nothing is written, and every fault found is named, in one line each; what the faults
are, and what each gets, is the delivery contract's table of bad input.
"""

import hashlib
import os
from itertools import islice
from pathlib import Path

from delivery.contract import Table, delivery_contract
from delivery.csv_file import read_records, scan_csv
from delivery.faults import DeliveryRefused, Fault, UnreadableFile
from delivery.files import DeliveredFile, Delivery
from delivery.folder import files_found
from delivery.header import header_faults
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
                faults = header_faults(table, header) or [
                    ("parquet_type", reason)
                    for reason in lossy_columns(file, table.delivered_as(header))
                ]
        else:
            scan = scan_csv(path)
            header, n_records = scan.header, scan.n_records
            n_blank_lines, is_plain = scan.n_blank_lines, scan.is_plain
            faults = header_faults(table, header, second_line=_second_line(path))
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


def _second_line(path: Path) -> tuple[str, ...]:
    """The fields of the record after the header."""
    records = islice(read_records(path), 1, 2)
    return next((tuple(record.fields) for record in records), ())
