"""A delivery folder as accepted and quarantined rows (the delivery contract)."""

import csv
import gzip
import io
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from .contract import OPTIONAL_TABLES, TABLES, Column
from .dates import delivered_date


@dataclass(frozen=True, eq=False)
class Row:
    """One delivered record; a value that does not parse reads as None."""

    table: str
    line: int
    texts: tuple[str, ...]
    values: dict[str, Any]
    broken_columns: tuple[str, ...]

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    @property
    def record(self) -> str:
        """The address of the row, `<table>:<line>`."""
        return f"{self.table}:{self.line}"

    @property
    def has_wrong_width(self) -> bool:
        """Too many or too few fields: no value stands where it should."""
        return self.broken_columns == ("*",)


@dataclass
class Delivery:
    """Every patient's rows, by table, in the order of the file."""

    data_cutoff_date: date
    patient_ids: list[str] = field(default_factory=list)
    accepted: dict[str, list[Row]] = field(default_factory=dict)
    quarantined: dict[str, list[Row]] = field(default_factory=dict)


def read_delivery(folder: str | Path) -> Delivery:
    """Read a folder of CSV or gzipped CSV files; bytes and hashes are not judged."""
    folder = Path(folder)
    (header, _), (first, _), *_ = _records(folder, "manifest")
    cutoff = dict(zip(header, first, strict=True))["data_cutoff_date"]
    delivery = Delivery(date.fromisoformat(cutoff.strip()))
    rows = {table: _rows(folder, table) for table in TABLES}
    delivery.patient_ids = sorted(
        {row["patient_id"] for row in rows["patients"]} - {None}
    )
    for table in TABLES:
        accepted, quarantined = _judged(rows[table], set(delivery.patient_ids))
        delivery.accepted[table] = accepted
        delivery.quarantined[table] = quarantined
    return delivery


def _records(folder: Path, table: str) -> list[tuple[list[str], int]]:
    """Fields and the line where each record begins; the header is line 1."""
    plain, zipped = folder / f"{table}.csv", folder / f"{table}.csv.gz"
    if plain.exists():
        content = plain.read_bytes()
    elif zipped.exists():
        content = gzip.decompress(zipped.read_bytes())
    elif table in OPTIONAL_TABLES:
        return []
    else:
        raise FileNotFoundError(plain)
    reader = csv.reader(
        io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True
    )
    records, line = [], 1
    for fields in reader:
        records.append((fields, line))
        line = reader.line_num + 1
    return records


def _rows(folder: Path, table: str) -> list[Row]:
    records = _records(folder, table)
    if not records:
        return []
    header = [name.strip() for name in records[0][0]]
    columns = {column.name: column for column in TABLES[table]}
    if set(header) != set(columns):
        raise ValueError(f"{table}: columns {header}")
    rows = []
    for fields, line in records[1:]:
        texts = tuple(text.strip() for text in fields)
        if len(texts) != len(header):
            # Reading: a row of the wrong width still names its patient, where the
            # patient's column comes before the fault can have moved it.
            at = header.index("patient_id")
            patient_id = texts[at] if at < len(texts) and texts[at] else None
            values = dict.fromkeys(columns) | {"patient_id": patient_id}
            rows.append(Row(table, line, texts, values, ("*",)))
            continue
        values, broken = {}, []
        for name, text in zip(header, texts, strict=True):
            try:
                values[name] = _value(text, columns[name])
            except ValueError:
                values[name] = None
                broken.append(name)
        rows.append(Row(table, line, texts, values, tuple(broken)))
    return rows


def _value(text: str, column: Column) -> Any:
    if text == "":
        if column.may_be_empty:
            return None
        raise ValueError("empty")
    kind = column.kind
    if kind == "text":
        return text
    if kind == "country":
        if re.fullmatch("[A-Z]{2}", text):
            return text
        raise ValueError(text)
    if kind in ("date", "partial"):
        day = delivered_date(text)
        if kind == "partial":
            return day
        if day.precision == "day":
            return day.first
        raise ValueError(text)
    if kind.startswith("integer"):
        if re.fullmatch("-?[0-9]+", text) and int(text) >= int(kind.split(">=")[1]):
            return int(text)
        raise ValueError(text)
    if kind.startswith("number"):
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?", text):
            raise ValueError(text)
        upper = float(kind.split("<=")[1]) if "<=" in kind else float("inf")
        if 0 <= float(text) <= upper:
            return float(text)
        raise ValueError(text)
    if text in kind.split("|"):
        return text
    raise ValueError(text)


def _judged(rows: list[Row], patient_ids: set[str]) -> tuple[list[Row], list[Row]]:
    """Copies collapse to the first; broken, orphaned and doubled rows go aside."""
    first_copies = list({row.texts: row for row in reversed(rows)}.values())[::-1]
    by_key = defaultdict(list)
    for row in first_copies:
        if not row.has_wrong_width:
            by_key[_key(row)].append(row)
    accepted, quarantined = [], []
    for row in first_copies:
        # Reading: a sound row whose key a broken row shares differs from it, too.
        is_doubled = not row.has_wrong_width and len(by_key[_key(row)]) > 1
        is_orphan = row["patient_id"] not in patient_ids
        is_fit = not (row.broken_columns or is_doubled or is_orphan)
        (accepted if is_fit else quarantined).append(row)
    accepted.sort(key=lambda row: row.line)
    quarantined.sort(key=lambda row: row.line)
    return accepted, quarantined


def _key(row: Row) -> tuple:
    keys = [column.name for column in TABLES[row.table] if column.is_key]
    return tuple(
        ("unparsed", row.line) if name in row.broken_columns else row[name]
        for name in keys
    )
