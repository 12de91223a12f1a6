"""Delivered CSV as bytes and records: what stands in a file, and on which line.

The dialect is declared, never sniffed: UTF-8 (a byte-order mark is accepted), comma,
double quotes doubled inside quotes (RFC 4180), CRLF or LF, a header.
"""

import codecs
import csv
import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from delivery.faults import UnreadableFile

FIELD_LIMIT = 2_000_000
"""Characters that one field may hold."""
LINE_LIMIT = 32_000_000
"""Bytes that one line may hold: more than all fields of a record together."""
UNPACKED_LIMIT = 8 * 2**30
"""Bytes that one archive may unpack to."""
UNPACKED_RATIO = 200
"""How many times its own size an archive may unpack to, past 64 MB."""
_RATIO_HOLDS_FROM = 64 * 2**20
_CHUNK = 2**20
_GZIP_MAGIC = b"\x1f\x8b"
# What Python's reader is told, nothing left to its default.
DIALECT: dict[str, Any] = {
    "delimiter": ",",
    "quotechar": '"',
    "doublequote": True,
    "escapechar": None,
    "lineterminator": "\r\n",
    "quoting": csv.QUOTE_MINIMAL,
    "skipinitialspace": False,
    "strict": True,
}


@dataclass(frozen=True)
class CsvScan:
    """What one reading of a CSV file shows.

    `is_plain`: every record is one line without quotes and with the header's number of
    commas, so that any CSV reader reads it alike.
    """

    header: tuple[str, ...]
    n_records: int
    n_blank_lines: int
    is_plain: bool


@dataclass(frozen=True)
class CsvRecord:
    """One record, with the line on which it begins; a blank line has no field."""

    file_line: int
    fields: list[str]
    raw_text: str


def scan_csv(path: Path) -> CsvScan:
    """Read a delivered CSV file, gzipped or not, to its end.

    Raises
    ------
    UnreadableFile
        Where it cannot be read to its end as the CSV that it is said to be.
    """
    scan = _scan_lines(path)
    records = read_records(path)
    header = tuple(next(records, CsvRecord(1, [], "")).fields)
    if scan.n_commas == {len(header) - 1} and scan.is_simple:
        return CsvScan(header, scan.n_lines - 1, 0, True)
    n_records = n_blank_lines = 0
    for record in records:
        n_records += bool(record.fields)
        n_blank_lines += not record.fields
    return CsvScan(header, n_records, n_blank_lines, False)


def read_records(path: Path) -> Iterator[CsvRecord]:
    """Every record of a CSV file with its line, the header first."""
    with field_limit(FIELD_LIMIT), _open(path, "rt") as file:
        lines: list[str] = []

        def remembered() -> Iterator[str]:
            for line in file:
                lines.append(line)
                yield line

        reader = csv.reader(remembered(), **DIALECT)
        while True:
            file_line = reader.line_num + 1
            lines.clear()
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise _unreadable_record(error, file_line) from error
            yield CsvRecord(file_line, fields, "".join(lines).rstrip("\r\n"))


def _unreadable_record(error: csv.Error, file_line: int) -> UnreadableFile:
    if "field limit" in str(error):
        return UnreadableFile(
            "field_too_long",
            f"the record on line {file_line} has a field over 2 MB, or a quote that "
            "does not close",
        )
    return UnreadableFile(
        "quote_unterminated",
        f"the record on line {file_line} has a quote that does not close, or text "
        "after one that does; expected quoting by RFC 4180",
    )


@dataclass
class _Lines:
    n_lines: int
    n_commas: set[int]
    is_simple: bool


def _scan_lines(path: Path) -> _Lines:
    """Count lines and the commas in each, and refuse what is no text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    scan = _Lines(n_lines=0, n_commas=set(), is_simple=True)
    line_ends: set[bytes] = set()
    rest = b""
    for chunk in _chunks(path):
        _refuse_binary(decoder, chunk, n_lines=scan.n_lines)
        lines = (rest + chunk).split(b"\n")
        # Only a chunk's first line can be longer than a chunk.
        scan.is_simple &= b'"' not in chunk and len(lines[0]) <= FIELD_LIMIT
        rest = lines.pop()
        if len(rest) > LINE_LIMIT:
            raise UnreadableFile(
                "field_too_long",
                f"line {scan.n_lines + 1} is over 32 MB; expected fields up to 2 MB",
            )
        scan.n_lines += len(lines)
        scan.n_commas.update(line.count(b",") for line in lines)
        line_ends.update(_line_ends(lines))
    _refuse_binary(decoder, b"", n_lines=scan.n_lines, final=True)
    if rest:
        scan.n_lines += 1
        scan.n_commas.add(rest.count(b","))
        scan.is_simple &= b"\r" not in rest
    scan.is_simple &= len(line_ends) <= 1 and b"mixed" not in line_ends
    return scan


def _line_ends(lines: list[bytes]) -> set[bytes]:
    """How lines, cut at line feeds, end: with CRLF, LF, or with returns elsewhere."""
    n_returns = sum(line.count(b"\r") for line in lines)
    if n_returns == 0:
        return {b"\n"} if lines else set()
    ends = {line[-1:] == b"\r" for line in lines}
    return {b"\r\n"} if ends == {True} and n_returns == len(lines) else {b"mixed"}


def _refuse_binary(
    decoder: codecs.IncrementalDecoder,
    chunk: bytes,
    *,
    n_lines: int,
    final: bool = False,
) -> None:
    def line_of(position: int) -> int:
        return n_lines + 1 + chunk[:position].count(b"\n")

    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            "not_utf8", f"is not UTF-8 (on line {line_of(max(error.start, 0))})"
        ) from error
    position = chunk.find(b"\0")
    if position >= 0:
        raise UnreadableFile(
            "nul_byte", f"has a NUL byte on line {line_of(position)}; expected text"
        )


def _chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, unpacked within limits."""
    is_packed = _is_packed(path)
    with path.open("rb") as file:
        magic = file.read(2)
    if is_packed and magic != _GZIP_MAGIC:
        raise UnreadableFile("not_its_format", "is not gzip, as its name says")
    if not is_packed and magic == _GZIP_MAGIC:
        raise UnreadableFile(
            "not_its_format",
            f"is gzip; expected plain text, or the name {path.name}.gz",
        )
    n_packed, n_unpacked = path.stat().st_size, 0
    with _open(path, "rb") as file:
        while True:
            try:
                chunk = file.read(_CHUNK)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise UnreadableFile(
                    "archive_cut", "is cut short or damaged; expected a whole gzip file"
                ) from error
            if not chunk:
                return
            n_unpacked += len(chunk)
            if is_packed and (
                n_unpacked > UNPACKED_LIMIT
                or n_unpacked > max(_RATIO_HOLDS_FROM, UNPACKED_RATIO * n_packed)
            ):
                raise UnreadableFile(
                    "unpacks_past_limit",
                    f"unpacks past {n_unpacked >> 20} MB; expected at most "
                    f"{UNPACKED_RATIO} times its size and {UNPACKED_LIMIT >> 30} GB",
                )
            yield chunk


@contextmanager
def unpacked(path: Path, folder: Path | None) -> Iterator[IO[bytes]]:
    """A CSV file as plain text: itself, or a nameless copy in `folder`.

    DuckDB's own unpacking knows less of gzip than the pre-flight that judged the file.
    """
    if not _is_packed(path):
        with path.open("rb") as file:
            yield file
        return
    with tempfile.TemporaryFile(dir=folder) as copy:
        for chunk in _chunks(path):
            copy.write(chunk)
        copy.flush()
        yield copy


def _is_packed(path: Path) -> bool:
    return path.name.lower().endswith(".gz")


def _open(path: Path, mode: str) -> Any:
    text: dict[str, Any] = {"encoding": "utf-8-sig", "errors": "strict", "newline": ""}
    options: dict[str, Any] = text if "t" in mode else {}
    return (gzip.open if _is_packed(path) else open)(path, mode, **options)


@contextmanager
def field_limit(limit: int) -> Iterator[None]:
    """Let Python's reader take fields up to `limit` characters."""
    before = csv.field_size_limit(limit)
    try:
        yield
    finally:
        csv.field_size_limit(before)
