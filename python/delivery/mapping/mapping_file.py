"""The mapping file: a definition is a row, and every slip in it is named."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from delivery.contract import Column, delivery_contract
from delivery.csv_file import DIALECT
from delivery.definitions import terms
from delivery.faults import quoted
from delivery.mapping.parts import (
    Cell,
    Condition,
    Mapping,
    Named,
    Part,
)
from delivery.mapping.refusal import MappingRefused, unknown
from delivery.mapping.values import DateFormat

REQUIRED = ("source_file", "source_column", "contract_table", "contract_column")
COLUMNS = (
    *REQUIRED,
    "where",
    "source_value",
    "contract_value",
    "date_format",
    "unit_factor",
    "note",
)
# What a row may speak of beside the tables of the contract.
FILE, LEFT_OUT, MANIFEST = "file", "left_out", "manifest"
FILE_SETTINGS = ("encoding", "delimiter", "decimal_mark")
SETTINGS = (MANIFEST, FILE, LEFT_OUT)
MANIFEST_SETTINGS = ("delivery_id", "delivered_on", "data_cutoff_date")


@dataclass(frozen=True)
class _Row:
    file_line: int
    values: dict[str, str]

    def __getattr__(self, name: str) -> str:
        return self.values.get(name, "")


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Parameters
    ----------
    path
        The CSV file.

    Raises
    ------
    MappingRefused
        Where it cannot be read, or a word in it does not exist; every slip is named.
    """
    slips: list[str] = []
    mapping = Mapping(path)
    told: dict[tuple[str, str], list[_Told]] = {}
    for row in _rows(path):
        try:
            conditions = _read_row(mapping, row)
        except _Slip as slip:
            slips.append(_located(path, row.file_line, str(slip)))
            continue
        if row.contract_table not in SETTINGS and row.source_file:
            key = (row.source_file, row.contract_table)
            told.setdefault(key, []).append((row, conditions))
    if not slips:
        for (source_file, table_name), rows in told.items():
            mapping.parts += _parts(source_file, table_name, rows, path, slips)
        slips += _both_filled_and_empty(mapping)
        if not mapping.tables:
            slips.append(f"{path.name}: no row fills a table of the contract")
    if slips:
        raise MappingRefused(slips)
    return mapping


def _read_row(mapping: Mapping, row: _Row) -> tuple[Condition, ...]:
    """Take in what a row says beside its part; its conditions."""
    conditions = _conditions(row.where)
    if row.contract_table in SETTINGS:
        _read_setting(mapping, row, conditions)
    else:
        _judge_row(row)
        if not row.source_file:
            mapping.empty_tables.append(row.contract_table)
    if row.source_file:
        columns = [("source_column", row.source_column), ("source_file", "")]
        columns += [("where", condition.column) for condition in conditions]
        mapping.named += [
            Named(row.file_line, said_in, row.source_file, column)
            for said_in, column in columns
        ]
    return conditions


class _Slip(Exception):
    """One slip in one row."""


def _located(path: Path, file_line: int, message: str) -> str:
    return f"{path.name}: line {file_line}: {message}"


_Told = tuple[_Row, tuple[Condition, ...]]


def _rows(path: Path) -> list[_Row]:
    """The rows of the file, with the lines on which they begin."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, **DIALECT)
            header = [name.strip() for name in next(reader, [])]
            slips = _header_slips(path, header)
            if slips:
                raise MappingRefused(slips)
            rows, file_line = [], reader.line_num + 1
            for fields in reader:
                if len(fields) > len(header) or 0 < len(fields) < len(header):
                    raise MappingRefused(
                        [
                            _located(
                                path,
                                file_line,
                                f"{len(fields)} fields; the header has {len(header)}",
                            )
                        ]
                    )
                if any(fields):
                    values = dict(zip(header, fields, strict=True))
                    rows.append(_Row(file_line, values))
                file_line = reader.line_num + 1
    except OSError as error:
        raise MappingRefused([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        said = f"{path.name}: is not UTF-8; save it as CSV UTF-8"
        raise MappingRefused([said]) from error
    except csv.Error as error:
        raise MappingRefused([f"{path.name}: is no CSV: {error}"]) from error
    if not rows:
        raise MappingRefused([f"{path.name}: has no row"])
    return rows


def _header_slips(path: Path, header: list[str]) -> list[str]:
    if len(header) == 1 and ";" in header[0]:
        return [f"{path.name}: has semicolons between its columns; save it with commas"]
    slips = [
        f"line 1: {unknown(name, 'column of a mapping', COLUMNS)}"
        for name in header
        if name not in COLUMNS
    ]
    slips += [
        f"line 1: column {name} stands twice"
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    slips += [
        f"line 1: column {name} is missing; expected {', '.join(COLUMNS)}"
        for name in REQUIRED
        if name not in header
    ]
    return [f"{path.name}: {slip}" for slip in slips]


def _read_setting(
    mapping: Mapping, row: _Row, conditions: tuple[Condition, ...]
) -> None:
    """A row about the manifest, about a file, or about what is left out."""
    if row.contract_table != MANIFEST and not row.source_file:
        raise _Slip("source_file is empty")
    if row.contract_table == LEFT_OUT:
        _only(row, "source_file", "source_column", "where", "contract_table")
        if bool(row.source_column) == bool(conditions):
            raise _Slip("left_out takes a source_column, or a condition in where")
        if row.source_column:
            columns = mapping.columns_left_out.setdefault(row.source_file, set())
            columns.add(row.source_column)
        else:
            records = mapping.records_left_out.setdefault(row.source_file, [])
            records.append(conditions)
        return
    known = FILE_SETTINGS if row.contract_table == FILE else MANIFEST_SETTINGS
    if row.contract_column not in known:
        what = f"column of {row.contract_table}"
        raise _Slip("contract_column: " + unknown(row.contract_column, what, known))
    if not row.contract_value:
        raise _Slip("contract_value is empty")
    told = ("contract_table", "contract_column", "contract_value")
    if row.contract_table == MANIFEST:
        settings = mapping.manifest
        _only(row, *told)
    else:
        settings = mapping.settings.setdefault(row.source_file, {})
        _only(row, "source_file", *told)
    if row.contract_column in settings:
        raise _Slip(f"{row.contract_table} {row.contract_column} is said twice")
    settings[row.contract_column] = row.contract_value


def _only(row: _Row, *allowed: str) -> None:
    for name in COLUMNS:
        if getattr(row, name) and name not in (*allowed, "note"):
            raise _Slip(f"{name} means nothing in a row of {row.contract_table}")


def _judge_row(row: _Row) -> None:
    """Whether the words of a row about a contract table exist and go together."""
    tables = [name for name in delivery_contract() if name != MANIFEST]
    if row.contract_table not in tables:
        known = [*tables, *SETTINGS]
        raise _Slip(
            "contract_table: "
            + unknown(row.contract_table, "table of the contract", known)
        )
    if not row.source_file:
        # Nothing but its name: the study has no such record.
        return _only(row, "contract_table")
    table = delivery_contract()[row.contract_table]
    if row.contract_column not in table.column_names:
        what = f"column of {table.name}"
        raise _Slip(
            "contract_column: "
            + unknown(row.contract_column, what, list(table.column_names))
        )
    column = table.columns[table.column_names.index(row.contract_column)]
    _judge_value(row, column)
    for name in ("date_format", "unit_factor"):
        if getattr(row, name) and (row.source_value or not row.source_column):
            raise _Slip(f"{name} belongs in the row of the column itself")
    if row.date_format and column.type not in ("date", "partial_date"):
        raise _Slip(f"date_format: {table.name}.{column.name} is no date")
    if row.unit_factor and column.type not in ("number", "integer"):
        raise _Slip(f"unit_factor: {table.name}.{column.name} is no number")


def _judge_value(row: _Row, column: Column) -> None:
    """Whether a row says where its value comes from, and one that the contract has."""
    if not row.source_column and not row.contract_value:
        raise _Slip("give a source_column, or a contract_value for every record")
    if row.source_column and row.contract_value and not row.source_value:
        raise _Slip("source_value is empty: which value becomes the contract_value?")
    if not row.source_column and row.source_value:
        raise _Slip("source_column is empty: whose value is the source_value?")
    if row.contract_value and column.terms:
        known = terms(column.terms)
        if row.contract_value not in known:
            what = f"term of {column.terms}"
            raise _Slip("contract_value: " + unknown(row.contract_value, what, known))


def _conditions(where: str) -> tuple[Condition, ...]:
    """`COLUMN=a|b; OTHER!=c`: every one must hold, by one of its values."""
    conditions = []
    for said in filter(str.strip, where.split(";")):
        found = re.fullmatch(r"\s*([^=!]+?)\s*(!?=)(.*)", said, re.DOTALL)
        if not found:
            raise _Slip(
                f"where: {quoted(said.strip())} is no condition; "
                "expected COLUMN=value, COLUMN=a|b or COLUMN!=value"
            )
        column, sign, values = found.groups()
        alternatives = tuple(sorted({value.strip() for value in values.split("|")}))
        conditions.append(Condition(column, sign == "=", alternatives))
    return tuple(sorted(set(conditions)))


def _parts(
    source_file: str, table_name: str, told: list[_Told], path: Path, slips: list[str]
) -> list[Part]:
    """The parts of one source file and contract table, one for each condition."""
    table = delivery_contract()[table_name]
    distinct = dict.fromkeys(conditions for _, conditions in told if conditions)
    parts = []
    for conditions in distinct or [()]:
        rows = [row for row, of_row in told if of_row in ((), conditions)]
        first = next(row for row, of_row in told if of_row == conditions)
        part = Part(source_file, table, conditions, first.file_line)
        for row in rows:
            try:
                _add_cell(part, row)
            except _Slip as slip:
                slips.append(_located(path, row.file_line, str(slip)))
        slips += _without_key(part, path)
        parts.append(part)
    return parts


def _without_key(part: Part, path: Path) -> Iterable[str]:
    """A part whose rows nobody could attribute."""
    for column in part.table.columns:
        if column.key and not column.nullable and column.name not in part.cells:
            under = " and this condition" if part.conditions else ""
            message = (
                f"no row gives {part.table.name}.{column.name}, a key, for this file"
                f"{under}"
            )
            yield _located(path, part.file_line, message)


def _add_cell(part: Part, row: _Row) -> None:
    column = part.table.columns[part.table.column_names.index(row.contract_column)]
    source_column = row.source_column or None
    cell = part.cells.setdefault(column.name, Cell(column, source_column))
    cell.file_lines.append(row.file_line)
    others = ", ".join(map(str, cell.file_lines[:-1]))
    if cell.source_column != source_column:
        raise _Slip(
            f"{part.table.name}.{column.name} comes from another place on line "
            f"{others}, under the same condition; give each its own in where"
        )
    if source_column is None:
        if others:
            raise _Slip(f"{part.table.name}.{column.name} is said on line {others} too")
        cell.constant = row.contract_value
    elif row.source_value:
        if row.source_value in cell.terms:
            raise _Slip(
                f"source_value {quoted(row.source_value)} of {column.name} is "
                f"translated on line {others} too"
            )
        cell.terms[row.source_value] = row.contract_value
    if row.date_format:
        if cell.date_format:
            raise _Slip(f"date_format of {column.name} is said on line {others} too")
        cell.date_format = _date_format(row.date_format)
    if row.unit_factor:
        if cell.unit_factor is not None:
            raise _Slip(f"unit_factor of {column.name} is said on line {others} too")
        cell.unit_factor = _unit_factor(row.unit_factor)


def _date_format(text: str) -> DateFormat:
    try:
        return DateFormat.parse(text)
    except ValueError as error:
        raise _Slip(f"date_format: {quoted(text)} {error}") from error


_FACTOR = r"[0-9]{1,100}(\.[0-9]{1,100})?([eE][+-]?[0-9]{1,3})?"


def _unit_factor(text: str) -> Decimal:
    if not re.fullmatch(_FACTOR, text) or not Decimal(text):
        raise _Slip(
            f"unit_factor: {quoted(text)} is no factor; expected a number above 0, "
            "as 0.001 or 1E-3"
        )
    return Decimal(text)


def _both_filled_and_empty(mapping: Mapping) -> Iterable[str]:
    filled = {part.table.name for part in mapping.parts}
    for name in mapping.empty_tables:
        if name in filled:
            yield f"{mapping.path.name}: {name} is filled, and said to have no record"
