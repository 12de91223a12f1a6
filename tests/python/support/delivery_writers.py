"""The same delivery as other programs write it.

What R's arrow and Spark write is made by pyarrow with their particulars: R has no
integers unless asked, factors for text and POSIXct for days; Spark writes decimals,
INT96 timestamps and, of old, text that is not marked as text.
"""

import csv
import gzip
import random
import struct
import zlib
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pandas
import polars
import pyarrow
from delivery.contract import Column, delivery_contract
from delivery_files import as_parquet
from pyarrow import parquet

Columns = dict[str, list[str | None]]


def _columns(path: Path) -> Columns:
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    columns = [list(column) for column in zip(*rows, strict=True)]
    return {
        name: [value or None for value in values]
        for name, values in zip(header, columns or [[]] * len(header), strict=True)
    }


def _column(table_name: str, name: str) -> Column:
    (column,) = (c for c in delivery_contract()[table_name].columns if c.name == name)
    return column


def _turned(values: list[str | None], kind: Callable) -> list:
    return [None if value is None else kind(value) for value in values]


def as_pandas(folder: Path, table_name: str) -> None:
    """Text as it is, days as datetime64, numbers as float64, all-empty as float64."""
    path = folder / f"{table_name}.csv"
    frame = pandas.DataFrame(_columns(path))
    for name in frame:
        kind = _column(table_name, name).type
        if frame[name].isna().all() or kind in ("integer", "number"):
            frame[name] = frame[name].astype("float64")
        elif kind == "date":
            frame[name] = pandas.to_datetime(frame[name])
    frame.to_parquet(path.with_suffix(".parquet"), index=False)
    path.unlink()


def as_polars(folder: Path, table_name: str) -> None:
    """Days as dates, numbers as numbers, an all-empty column of type Null."""
    path = folder / f"{table_name}.csv"
    frame = polars.DataFrame(_columns(path), strict=False)
    kinds = {"integer": polars.Int16, "number": polars.Float64, "date": polars.Date}
    frame = frame.with_columns(
        polars.col(name).cast(kinds[kind])
        if kind != "date"
        else polars.col(name).str.to_date()
        for name in frame.columns
        if (kind := _column(table_name, name).type) in kinds
        and frame[name].dtype != polars.Null
    )
    frame.write_parquet(path.with_suffix(".parquet"))
    path.unlink()


def as_arrow(compression: str) -> Callable[[Path, str], None]:
    """Text alone, large and in dictionaries, in many row groups."""

    def write(folder: Path, table_name: str) -> None:
        path = folder / f"{table_name}.csv"
        table = pyarrow.table(
            {
                name: pyarrow.array(values, pyarrow.large_string())
                for name, values in _columns(path).items()
            }
        )
        parquet.write_table(
            table,
            path.with_suffix(".parquet"),
            compression=compression,
            row_group_size=7,
            data_page_version="2.0",
        )
        path.unlink()

    return write


def as_r(folder: Path, table_name: str) -> None:
    """Every number a double, every text a factor, every day a POSIXct at midnight."""

    def array(name: str, values: list[str | None]):
        kind = _column(table_name, name).type
        if kind in ("integer", "number"):
            return pyarrow.array(_turned(values, float), pyarrow.float64())
        if kind == "date":
            days = _turned(values, datetime.fromisoformat)
            return pyarrow.array(days, pyarrow.timestamp("us"))
        return pyarrow.array(values, pyarrow.string()).dictionary_encode()

    _write(folder, table_name, array)


def as_spark(folder: Path, table_name: str) -> None:
    """Decimals, INT96 timestamps, and text in columns that are not marked as text."""

    def array(name: str, values: list[str | None]):
        kind = _column(table_name, name).type
        if kind in ("integer", "number"):
            exact = pyarrow.decimal128(38, 18)
            return pyarrow.array(_turned(values, Decimal), exact)
        if kind == "date":
            days = _turned(values, datetime.fromisoformat)
            return pyarrow.array(days, pyarrow.timestamp("ns"))
        return pyarrow.array(_turned(values, str.encode), pyarrow.binary())

    _write(folder, table_name, array, use_deprecated_int96_timestamps=True)


def _write(folder: Path, table_name: str, array: Callable, **options) -> None:
    path = folder / f"{table_name}.csv"
    table = pyarrow.table(
        {name: array(name, values) for name, values in _columns(path).items()}
    )
    parquet.write_table(table, path.with_suffix(".parquet"), **options)
    path.unlink()


def as_csv(**dialect) -> Callable[[Path, str], None]:
    """CSV in another spelling of the same dialect."""

    def write(folder: Path, table_name: str) -> None:
        path = folder / f"{table_name}.csv"
        columns = _columns(path)
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.writer(file, **dialect)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))

    return write


def shuffled(folder: Path, table_name: str) -> None:
    """Rows and columns in another order."""
    path = folder / f"{table_name}.csv"
    columns = list(_columns(path).items())
    order = random.Random(table_name)
    order.shuffle(columns)
    rows = list(zip(*(values for _, values in columns), strict=True))
    order.shuffle(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(name for name, _ in columns)
        writer.writerows(rows)


def gzip_of(data: bytes, *, flags: int = 0, fields: bytes = b"") -> bytes:
    """A gzip member with the header fields of RFC 1952 that `flags` announces."""
    header = struct.pack("<BBBBIBB", 31, 139, 8, flags, 0, 0, 255) + fields
    if flags & 2:
        header += struct.pack("<H", zlib.crc32(header) & 0xFFFF)
    packed = zlib.compressobj(wbits=-15)
    return (
        header
        + packed.compress(data)
        + packed.flush()
        + struct.pack("<II", zlib.crc32(data), len(data) % 2**32)
    )


GZIPS = {
    "plain": gzip_of,
    "name": lambda data: gzip_of(data, flags=8, fields=b"patients.csv\0"),
    "comment": lambda data: gzip_of(data, flags=16, fields=b"a comment\0"),
    "extra_field": lambda data: gzip_of(data, flags=4, fields=b"\4\0abcd"),
    "header_checksum": lambda data: gzip_of(data, flags=2),
    "padded_by_zeros": lambda data: gzip_of(data) + bytes(512),
    "members": lambda data: b"".join(map(gzip.compress, (data[:50], b"", data[50:]))),
}


def as_gzip_of(kind: str) -> Callable[[Path, str], None]:
    """CSV, packed in one of the ways that gzip allows."""

    def write(folder: Path, table_name: str) -> None:
        path = folder / f"{table_name}.csv"
        (folder / f"{table_name}.csv.gz").write_bytes(GZIPS[kind](path.read_bytes()))
        path.unlink()

    return write


WRITERS = {
    "duckdb": as_parquet,
    "pandas": as_pandas,
    "polars": as_polars,
    "r": as_r,
    "spark": as_spark,
    **{
        f"arrow_{codec}": as_arrow(codec)
        for codec in ("none", "snappy", "gzip", "zstd", "brotli", "lz4")
    },
    "csv_excel": as_csv(lineterminator="\r\n"),
    "csv_quoted": as_csv(lineterminator="\n", quoting=csv.QUOTE_ALL),
    **{f"gzip_{kind}": as_gzip_of(kind) for kind in GZIPS},
    "shuffled": shuffled,
}
