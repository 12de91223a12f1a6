"""Delivered Parquet, read as the text that the same delivery would have as CSV.

A type that is not the contract's is taken where its values prove that nothing is lost:
no value at all, whole numbers in a floating-point column, timestamps without a zone
that are all midnight. Any other is refused, with the line that mends it.
"""

from dataclasses import dataclass
from typing import IO

import duckdb

from delivery.contract import Column, Table
from delivery.csv_file import FIELD_LIMIT
from delivery.faults import UnreadableFile, quoted
from delivery.reader_options import opened, read_parquet

_INTEGERS = {
    f"{sign}{size}"
    for sign in ("", "U")
    for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
}
_FLOATS = {"DOUBLE", "FLOAT"}
_NUMBERS = _INTEGERS | _FLOATS | {"DECIMAL"}
_TIMESTAMPS = {f"TIMESTAMP{unit}" for unit in ("", "_S", "_MS", "_NS")}
_ACCEPTED = {
    "text": set(),
    "term": set(),
    "date": {"DATE"},
    "partial_date": {"DATE"},
    "integer": _INTEGERS,
    "number": _NUMBERS,
}
_PLAIN = "nullif(cast({name} as varchar), '')"
# As it would stand in a CSV file: 200, and not 200.0.
_FLOAT = (
    "case when {name} = trunc({name}) and abs({name}) < 9007199254740992 "
    "then cast(cast({name} as hugeint) as varchar) else cast({name} as varchar) end"
)
_DECIMAL = (
    "case when contains(cast({name} as varchar), '.') "
    "then rtrim(rtrim(cast({name} as varchar), '0'), '.') "
    "else cast({name} as varchar) end"
)
# Where the values of a type are those of the contract's: what proves it, and the text.
_WHOLE = (
    "isfinite(cast({name} as double)) and {name} = trunc({name}) "
    "and abs({name}) < 9007199254740992",
    "cast(cast({name} as hugeint) as varchar)",
)
_MIDNIGHT = (
    "isfinite({name}) and {name} = cast(cast({name} as date) as timestamp)",
    "cast(cast({name} as date) as varchar)",
)
_LOSSLESS = {
    "integer": {_WHOLE: _FLOATS | {"DECIMAL"}},
    "date": {_MIDNIGHT: _TIMESTAMPS},
    "partial_date": {_MIDNIGHT: _TIMESTAMPS},
}


@dataclass(frozen=True)
class ParquetScan:
    """The column names, types and number of records of a Parquet file."""

    header: tuple[str, ...]
    types: tuple[str, ...]
    n_records: int


def scan_parquet(file: IO[bytes]) -> ParquetScan:
    """Read the footer of a Parquet file.

    Raises
    ------
    UnreadableFile
        Where it is no Parquet, or holds columns within columns.
    """
    with duckdb.connect() as connection:
        try:
            fields = connection.execute(
                "select name, num_children from parquet_schema(?)", [opened(file)]
            ).fetchall()
            ((n_records,),) = connection.execute(
                "select num_rows from parquet_file_metadata(?)", [opened(file)]
            ).fetchall()
            types = connection.execute(
                f"describe select * exclude (file_row_number) from {read_parquet(file)}"
            ).fetchall()
        except duckdb.Error as error:
            raise UnreadableFile(
                "not_its_format", "is not Parquet, as its name says, or is cut short"
            ) from error
    columns = fields[1:]
    for name, n_children in columns:
        if n_children:
            raise UnreadableFile(
                "parquet_type",
                f"column {quoted(name)} is nested; expected flat columns",
            )
    return ParquetScan(
        header=tuple(name for name, _ in columns),
        types=tuple(type_name for _, type_name, *_ in types),
        n_records=n_records,
    )


def lossy_columns(file: IO[bytes], table: Table) -> list[str]:
    """Why columns cannot be read without loss, and the line that mends each."""
    texts = _texts(file, table)
    types = _types(file)
    return [
        _refusal(column, types[column.name])
        for column in table.columns
        if texts[column.name] is None
    ]


def text_query(file: IO[bytes], table: Table) -> str:
    """The query that reads a file without lossy columns as text."""
    texts = _texts(file, table)
    columns = ", ".join(f"{texts[name]} as {name}" for name in table.column_names)
    return f"select {columns}, file_row_number + 2 as file_line " + (
        f"from {read_parquet(file)}"
    )


def _types(file: IO[bytes]) -> dict[str, str]:
    scan = scan_parquet(file)
    return dict(zip(scan.header, scan.types, strict=True))


def _texts(file: IO[bytes], table: Table) -> dict[str, str | None]:
    """The expression that makes each column text; None where it would lose any."""
    types = _types(file)
    texts: dict[str, str | None] = {}
    proofs: dict[str, str] = {}
    for column in table.columns:
        family = types[column.name].split("(")[0]
        if family == "VARCHAR" or family in _ACCEPTED[column.type] - _FLOATS:
            text = _DECIMAL if family == "DECIMAL" else _PLAIN
            texts[column.name] = text.format(name=column.name)
            continue
        proof, made = _lossless(column, family)
        proofs[column.name] = proof.format(name=column.name)
        texts[column.name] = made and made.format(name=column.name)
    for name, (is_empty, is_proved) in _proved(file, types, proofs).items():
        if is_empty:
            texts[name] = "cast(null as varchar)"
        elif not is_proved:
            texts[name] = None
    return texts


def _lossless(column: Column, family: str) -> tuple[str, str | None]:
    if family in _ACCEPTED[column.type]:
        return "true", _FLOAT
    for (proof, text), families in _LOSSLESS.get(column.type, {}).items():
        if family in families:
            return proof, text
    return "false", None


def _proved(
    file: IO[bytes], types: dict[str, str], proofs: dict[str, str]
) -> dict[str, tuple[bool, bool]]:
    """Of each column: whether it has no value, and whether all of its values hold."""
    if not proofs:
        return {}
    claims = []
    for name, proof in proofs.items():
        is_nan = f"isnan({name})" if types[name] in _FLOATS else "false"
        claims.append(f"coalesce(bool_and({name} is null or {is_nan}), true)")
        claims.append(f"coalesce(bool_and({name} is null or {proof}), true)")
    with duckdb.connect() as connection:
        try:
            (found,) = connection.execute(
                f"select {', '.join(claims)} from {read_parquet(file)}"
            ).fetchall()
        except duckdb.Error as error:
            raise UnreadableFile(
                "unreadable", "cannot be read to its end; write it anew"
            ) from error
    return dict(zip(proofs, zip(found[::2], found[1::2], strict=True), strict=True))


def _refusal(column: Column, type_name: str) -> str:
    """Why a column is refused, and the line that mends it in pandas and in R."""
    expected = " or ".join(
        ["text", *([column.type.replace("_", " ")] if _ACCEPTED[column.type] else [])]
    )
    found, pandas, r = _mend(column, type_name.split("(")[0])
    pandas_column, r_column = f'df["{column.name}"]', f"df${column.name}"
    return (
        f"column {column.name} is {type_name}{found}; expected {expected}; "
        f"in pandas: {pandas_column} = {pandas.replace('x', pandas_column, 1)}; "
        f"in R: {r_column} <- {r.replace('x', r_column)}"
    )


def _mend(column: Column, family: str) -> tuple[str, str, str]:
    """What is wrong with values x, and what makes them text in pandas and in R."""
    is_day = column.type in ("date", "partial_date")
    if is_day and family.startswith("TIMESTAMP"):
        found = " with a time of day" if family in _TIMESTAMPS else ""
        return found, 'x.dt.strftime("%Y-%m-%d")', 'format(x, "%Y-%m-%d")'
    if column.type == "date" and family in _NUMBERS:
        return (
            ", perhaps days since 1970-01-01",
            'pd.to_datetime(x, unit="D").dt.strftime("%Y-%m-%d")',
            'format(as.Date(x, origin = "1970-01-01"))',
        )
    if family == "BOOLEAN":
        return "", 'x.map({True: "yes", False: "no"})', 'ifelse(x, "yes", "no")'
    if family in _FLOATS | {"DECIMAL"}:
        return (
            " with values that are not whole" if column.type == "integer" else "",
            "[f'{v:.15g}' if v == v else None for v in x]",
            "ifelse(is.na(x), NA, as.character(x))",
        )
    return "", 'x.astype("string")', "as.character(x)"


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
