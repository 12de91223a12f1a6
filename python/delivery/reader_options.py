"""How DuckDB's readers read a delivered file: every option, none left to its default.

A default may sniff, and take for data what is none: the name of a folder
(``site_id=7/``), a comment, a type. What stays unset is named with its reason.
"""

from typing import IO

from delivery.csv_file import FIELD_LIMIT

_ANY_FILE = {
    "allow_empty": False,
    "filename": False,
    "hive_partitioning": False,
    "hive_types_autocast": False,
    "union_by_name": False,
}
CSV_OPTIONS = {
    **_ANY_FILE,
    "all_varchar": True,
    "allow_quoted_nulls": True,
    "auto_detect": False,
    "auto_type_candidates": ["VARCHAR"],
    "comment": "",
    "compression": "none",
    "decimal_separator": ".",
    "delim": ",",
    "encoding": "utf-8",
    "escape": '"',
    "file_row_number": False,
    "files_to_sniff": 1,
    "header": True,
    "ignore_errors": False,
    "max_line_size": FIELD_LIMIT * 16,
    "normalize_names": False,
    "null_padding": False,
    "nullstr": "",
    "parallel": True,
    "quote": '"',
    "sample_size": 1,
    "skip": 0,
    "store_rejects": False,
    "strict_mode": True,
    "thousands": "",
}
PARQUET_OPTIONS = {
    **_ANY_FILE,
    # Writers of old mark no text as text.
    "binary_as_string": True,
    "can_have_nan": True,
    "file_row_number": True,
    "int96_as": "timestamp",
    "prefetch_strategy": "auto",
    "utf8_validation": "strict",
}
UNSET = {
    "another name of an option that is set": (
        *("path", "paths", "sep", "separator", "delimiter", "null", "names"),
        *("column_names", "types", "column_types", "dtypes", "maximum_line_size"),
        *("date_format", "timestamp_format"),
    ),
    "set for each file": ("columns",),
    "about values of a type, and every value is text": (
        *("dateformat", "timestampformat", "force_not_null"),
    ),
    "about partitions, of which there are none": ("hive_types",),
    "a schema or statistics of a catalogue, of which there is none": (
        *("schema", "bound_schema", "column_statistics", "explicit_cardinality"),
    ),
    "LF or CRLF, as the pre-flight found: a set one loses the other's records": (
        "new_line",
    ),
    "about rejected lines, which stop the reading": (
        *("rejects_table", "rejects_scan", "rejects_limit", "rejects_line_size_limit"),
    ),
    "memory alone": ("buffer_size",),
    "of encrypted files, which are refused": ("encryption_config", "debug_use_openssl"),
    "of writing": ("compression", "parquet_version"),
}


def read_csv(file: IO[bytes], *, names: tuple[str, ...]) -> str:
    """The call that reads an open, plain CSV file with these columns as text."""
    columns = ", ".join(f"{_literal(name)}: 'VARCHAR'" for name in names)
    return _call("read_csv", file, CSV_OPTIONS, f"columns = {{{columns}}}")


def read_parquet(file: IO[bytes]) -> str:
    """The call that reads an open Parquet file, with the number of each row."""
    return _call("read_parquet", file, PARQUET_OPTIONS)


def opened(file: IO[bytes]) -> str:
    """A path that leads to an open file, and has no other meaning.

    In the file's own path DuckDB would take `*`, `[1]` and `key=value` for more.
    """
    return f"/dev/fd/{file.fileno()}"


def _call(
    function: str, file: IO[bytes], options: dict[str, object], *more: str
) -> str:
    stated = [f"{name} = {_literal(value)}" for name, value in options.items()]
    return f"{function}({', '.join([_literal(opened(file)), *stated, *more])})"


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)
