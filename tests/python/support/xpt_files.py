"""SAS transport files of version 5, written for tests (SAS technical note TS-140)."""

import struct
from pathlib import Path

_CARD = 80
_TAIL = "0" * 30
_STAMP = "01JAN18:00:00:00"
Value = str | float | None


def write_xpt(
    path: Path, name: str, columns: list[str], rows: list[tuple[Value, ...]]
) -> None:
    """Write one data set; a column of numbers and None is numeric, any other text."""
    widths = [_width([row[place] for row in rows]) for place in range(len(columns))]
    size = len(columns)
    cards = [
        _header("LIBRARY", _TAIL),
        f"{'SAS':8}{'SAS':8}{'SASLIB':8}{'9.4':8}{'Linux':8}{'':24}{_STAMP}",
        _STAMP,
        _header("MEMBER", "0" * 16 + "01600000000140"),
        _header("DSCRPTR", _TAIL),
        f"{'SAS':8}{name:8}{'SASDATA':8}{'9.4':8}{'Linux':8}{'':24}{_STAMP}",
        f"{_STAMP:32}{'':40}{'':8}",
        _header("NAMESTR", f"000000{size:04}" + "0" * 20),
    ]
    names, start = b"", 0
    for number, (column, width) in enumerate(zip(columns, widths, strict=True), 1):
        names += _name(column, number, start, width)
        start += abs(width)
    observations = b"".join(
        _number(value) if width < 0 else str(value or "").encode().ljust(width)
        for row in rows
        for value, width in zip(row, widths, strict=True)
    )
    path.write_bytes(
        b"".join(card.encode().ljust(_CARD) for card in cards)
        + _filled(names)
        + _header("OBS", _TAIL).encode().ljust(_CARD)
        + _filled(observations)
    )


def _header(kind: str, tail: str) -> str:
    return f"HEADER RECORD*******{kind:8}HEADER RECORD!!!!!!!{tail}"


def _width(values: list[Value]) -> int:
    """The width of a text column; -8 for numbers."""
    if any(isinstance(value, float) for value in values):
        return -8
    return max((len(str(value or "").encode()) for value in values), default=1) or 1


def _name(column: str, number: int, start: int, width: int) -> bytes:
    kind = 1 if width < 0 else 2
    return struct.pack(
        ">hhhh8s40s8shhh2s8shhl52s",
        *(kind, 0, abs(width), number, column.encode().ljust(8), column.encode()),
        *(b" " * 8, 0, 0, 0, b"", b" " * 8, 0, 0, start, b""),
    )


def _filled(data: bytes) -> bytes:
    return data + b" " * (-len(data) % _CARD)


def _number(value: Value) -> bytes:
    """IBM's floating point: the value is 0.f in base 16, times 16^(exponent - 64)."""
    if value is None:
        return b"." + bytes(7)
    if isinstance(value, str):
        # A special missing value, as `.A`.
        return value[1].encode() + bytes(7)
    if value == 0:
        return bytes(8)
    numerator, denominator = abs(value).as_integer_ratio()
    exponent = 64
    while numerator >= denominator:
        denominator, exponent = denominator * 16, exponent + 1
    while numerator * 16 < denominator:
        numerator, exponent = numerator * 16, exponent - 1
    fraction = numerator * 2**56 // denominator
    sign = 0x80 if value < 0 else 0
    return bytes([sign | exponent]) + fraction.to_bytes(7)
