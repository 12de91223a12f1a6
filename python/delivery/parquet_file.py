"""Delivered Parquet, read as the text that the same delivery would have as CSV."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from delivery.contract import Column, Table
from delivery.csv_file import FIELD_LIMIT
from delivery.faults import UnreadableFile, quoted

_INTEGERS = {
    f"{sign}{size}"
    for sign in ("", "U")
    for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
}
_ACCEPTED = {
    "text": set(),
    "term": set(),
    "date": {"DATE"},
    "partial_date": {"DATE"},
    "integer": _INTEGERS,
    "number": _INTEGERS | {"DOUBLE", "FLOAT", "DECIMAL"},
}


@dataclass(frozen=True)
class ParquetScan:
    """The column names, types and number of records of a Parquet file."""

    header: tuple[str, ...]
    types: tuple[str, ...]
    n_records: int


def scan_parquet(path: Path) -> ParquetScan:
    """Read the footer of a Parquet file.

    Raises
    ------
    UnreadableFile
        Where it is no Parquet, or holds columns within columns.
    """
    with duckdb.connect() as connection:
        try:
            fields = connection.execute(
                "select name, duckdb_type, num_children from parquet_schema(?)",
                [str(path)],
            ).fetchall()
            ((n_records,),) = connection.execute(
                "select num_rows from parquet_file_metadata(?)", [str(path)]
            ).fetchall()
        except duckdb.Error as error:
            raise UnreadableFile(
                "not_its_format", "is not Parquet, as its name says, or is cut short"
            ) from error
    columns = fields[1:]
    for name, _, n_children in columns:
        if n_children:
            raise UnreadableFile(
                "parquet_type",
                f"column {quoted(name)} is nested; expected flat columns",
            )
    return ParquetScan(
        header=tuple(name for name, _, _ in columns),
        types=tuple(type_name for _, type_name, _ in columns),
        n_records=n_records,
    )


def refused_type(column: Column, type_name: str) -> str | None:
    """Why a Parquet type cannot hold a column of the contract, or None."""
    accepted = _ACCEPTED[column.type]
    if type_name == "VARCHAR" or type_name.split("(")[0] in accepted:
        return None
    expected = " or ".join(
        ["text", *([column.type.replace("_", " ")] if accepted else [])]
    )
    return f"column {column.name} is {type_name}; expected {expected}"


def text_query(table: Table) -> str:
    """The query, with the path as its parameter, that reads a file as text."""
    columns = ", ".join(
        f"nullif(cast({name} as varchar), '') as {name}" for name in table.column_names
    )
    return (
        f"select {columns}, file_row_number + 2 as file_line "
        "from read_parquet(?, file_row_number = true)"
    )


def unreadable_text(
    connection: duckdb.DuckDBPyConnection, table: Table
) -> UnreadableFile | None:
    """What makes a loaded Parquet table unlike any text file, or None."""
    for name in table.column_names:
        ((longest, has_nul),) = connection.execute(
            f"select max(length({name})), bool_or(contains({name}, chr(0))) "
            f"from delivery.{table.name}"
        ).fetchall()
        if has_nul:
            return UnreadableFile("nul_byte", f"has a NUL in column {name}")
        if (longest or 0) > FIELD_LIMIT:
            return UnreadableFile(
                "field_too_long", f"column {name} has a field over 2 MB"
            )
    return None
