"""The files of an export as records of text: CSV in a declared dialect, and SAS XPT."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from delivery.csv_file import DIALECT, FIELD_LIMIT, field_limit
from delivery.faults import quoted
from delivery.mapping.refusal import MappingRefused, unknown
from delivery.mapping.xpt import read_xpt

ENDINGS = (".csv", ".xpt")
_ENCODINGS = ("utf-8", "utf-16", "cp1250", "cp1251", "cp1252", "latin-1", "mac-roman")
_DELIMITERS = (",", ";", "tab", "|")
_DECIMAL_MARKS = (".", ",")


@dataclass(frozen=True)
class Source:
    """One file of an export; a record's line is where it begins (XPT: its row + 1)."""

    path: Path
    columns: tuple[str, ...]
    records: Sequence[tuple[int, tuple[str, ...]]]
    decimal_mark: str

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.name

    def named_records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each record's line, and its values by column."""
        for line, values in self.records:
            yield line, dict(zip(self.columns, values, strict=True))


def export_files(folder: Path) -> list[Path]:
    """What lies in an export's folder, but hidden files, by name."""
    if not folder.is_dir():
        raise MappingRefused([f"{folder}: is no folder"])
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def found_file(named: str, files: Sequence[Path]) -> Path:
    """The file that a mapping names, in full or without its ending.

    Raises
    ------
    ValueError
        Where there is no such file, or more than one.
    """
    readable = [path for path in files if path.suffix.lower() in ENDINGS]
    for path in files:
        if path.name == named:
            if path not in readable:
                raise ValueError(
                    f"{quoted(named)} is neither CSV nor XPT; save it as one of them"
                )
            return path
    stems = [path for path in readable if path.stem == named]
    if len(stems) == 1:
        return stems[0]
    if stems:
        names = " and ".join(path.name for path in stems)
        raise ValueError(f"{quoted(named)} may be {names}; name one in full")
    raise ValueError(unknown(named, "file here", [path.name for path in readable]))


def read_source(path: Path, settings: dict[str, str]) -> Source:
    """Read one file of an export, every value as text.

    Parameters
    ----------
    path
        A file ending in .csv or .xpt.
    settings
        What the mapping says of it: `encoding` (UTF-8), `delimiter` (comma) and
        `decimal_mark` (point).

    Raises
    ------
    MappingRefused
        Where it cannot be read to its end as what it is said to be.
    """
    encoding = _encoding(path, settings.get("encoding", "utf-8"))
    mark = _one_of(path, "decimal_mark", settings.get("decimal_mark", "."))
    try:
        if path.suffix.lower() == ".xpt":
            if "delimiter" in settings:
                raise ValueError("is XPT, which has no delimiter")
            columns, rows = read_xpt(path.read_bytes(), encoding=encoding)
            records = list(enumerate(rows, start=2))
        else:
            delimiter = _one_of(path, "delimiter", settings.get("delimiter", ","))
            delimiter = "\t" if delimiter == "tab" else delimiter
            columns, records = _read_csv(path, encoding, delimiter)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        where = f" on line {line}" if path.suffix.lower() == ".csv" else ""
        raise MappingRefused(
            [
                f"{path.name}: is not {encoding}{where}; name its encoding in a row "
                f"(contract_table file, contract_column encoding, as cp1252)"
            ]
        ) from error
    except OSError as error:
        raise MappingRefused(
            [f"{path.name}: cannot be read: {error.strerror}"]
        ) from error
    except ValueError as error:
        raise MappingRefused([f"{path.name}: {error}"]) from error
    columns = tuple(
        name or f"column {place}" for place, name in enumerate(columns, start=1)
    )
    doubled = [name for name in dict.fromkeys(columns) if columns.count(name) > 1]
    if doubled:
        raise MappingRefused(
            f"{path.name}: column {quoted(name)} stands twice; export the names of "
            "the variables, not their labels"
            for name in doubled
        )
    return Source(path, columns, records, mark)


def _read_csv(
    path: Path, encoding: str, delimiter: str
) -> tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]]]:
    text = path.read_bytes().decode(encoding).removeprefix("\ufeff")
    if "\0" in text:
        raise ValueError(
            "has a NUL character; is it UTF-16? Name its encoding in a row"
        )
    records: list[tuple[int, tuple[str, ...]]] = []
    with field_limit(FIELD_LIMIT):
        reader = csv.reader(
            io.StringIO(text, newline=""),
            **{**DIALECT, "delimiter": delimiter},
        )
        try:
            header = tuple(next(reader, ()))
            line = reader.line_num + 1
            for fields in reader:
                if fields and len(fields) != len(header):
                    raise ValueError(
                        f"line {line} has {len(fields)} fields and the header "
                        f"{len(header)}: it is damaged, or its delimiter another"
                    )
                if fields:
                    records.append((line, tuple(fields)))
                line = reader.line_num + 1
        except csv.Error as error:
            raise ValueError(
                f"the record after line {reader.line_num - 1} is no CSV: {error}"
            ) from error
    if not header:
        raise ValueError("has no header")
    return header, records


def _encoding(path: Path, name: str) -> str:
    try:
        b"ab".decode(name, "replace")
    except LookupError:
        said = f"{path.name}: encoding: {unknown(name, 'encoding', _ENCODINGS)}"
        raise MappingRefused([said]) from None
    return name


def _one_of(path: Path, setting: str, value: str) -> str:
    known = _DELIMITERS if setting == "delimiter" else _DECIMAL_MARKS
    if value not in known:
        raise MappingRefused(
            [f"{path.name}: {setting}: {quoted(value)} is none of {' '.join(known)}"]
        )
    return value
