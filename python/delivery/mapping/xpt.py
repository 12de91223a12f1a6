"""SAS transport files, version 5, as text.

Own code, because `pandas.read_sas` reads a zero as 5.4e-79, takes blank values of the
last card for padding (a record is lost), and every special missing value for an empty
one. Layout: SAS technical note TS-140, cards of 80 bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

CARD = 80
_FIRST = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!"
_FIRST_V8 = b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!"
_MEMBER = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!"
_NAMES = b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!"
_OBSERVATIONS = b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!"
# The library's three cards, then the member's two, its description's two, and names.
_MEMBER_AT, _NAMES_AT, _FIELDS_AT = 3 * CARD, 7 * CARD, 8 * CARD
_NUMERIC = 1


@dataclass(frozen=True)
class _Field:
    name: str
    is_numeric: bool
    start: int
    length: int


def read_xpt(
    data: bytes, *, encoding: str
) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
    """The variables of a data set, and its observations as text.

    Text loses the blanks that pad it; a number is the shortest decimal that is the same
    double; a missing one is empty, and a special missing one its letter, as `.A`.

    Raises
    ------
    ValueError
        What keeps the file from being read, to follow its name.
    """
    if data.startswith(_FIRST_V8):
        raise ValueError("is XPT version 8; expected version 5, or CSV")
    if not data.startswith(_FIRST):
        raise ValueError("is no SAS transport file (XPT version 5)")
    if not (
        data[_MEMBER_AT:].startswith(_MEMBER) and data[_NAMES_AT:].startswith(_NAMES)
    ):
        raise ValueError("is cut short or damaged: its headers are not whole")
    counts = data[_NAMES_AT + 54 :][:4], data[_MEMBER_AT + 74 :][:4]
    if not all(count.isdigit() for count in counts):
        raise ValueError("is damaged: its headers give no count of variables")
    n_fields, size = map(int, counts)
    if not n_fields:
        raise ValueError("has no variable")
    start = _FIELDS_AT + -(-n_fields * size // CARD) * CARD
    if not data[start:].startswith(_OBSERVATIONS):
        raise ValueError("is cut short or damaged: its headers are not whole")
    fields = [
        _field(data[at : at + size])
        for at in range(_FIELDS_AT, _FIELDS_AT + n_fields * size, size)
    ]
    body = data[start + CARD :]
    if any(body[at:].startswith(_MEMBER) for at in _cards(body)):
        raise ValueError("holds several data sets; expected one for each file")
    names = tuple(field.name for field in fields)
    return names, _observations(body, fields, encoding)


def _cards(body: bytes) -> Iterator[int]:
    at = body.find(_MEMBER)
    while at >= 0:
        if at % CARD == 0:
            yield at
        at = body.find(_MEMBER, at + 1)


def _field(described: bytes) -> _Field:
    return _Field(
        name=described[8:16].rstrip(b" \0").decode("ascii"),
        is_numeric=int.from_bytes(described[0:2]) == _NUMERIC,
        start=int.from_bytes(described[84:88]),
        length=int.from_bytes(described[4:6]),
    )


def _observations(
    body: bytes, fields: list[_Field], encoding: str
) -> Iterator[tuple[str, ...]]:
    length = sum(field.length for field in fields)
    n_records = len(body) // length
    if len(body) % CARD or body[n_records * length :].strip(b" \0"):
        raise ValueError("is cut short: its last observation is not whole")
    # The last card is filled with blanks, which may be as long as whole observations.
    while (
        n_records
        and len(body) - (n_records - 1) * length < CARD
        and not body[(n_records - 1) * length : n_records * length].strip(b" \0")
    ):
        n_records -= 1
    for at in range(0, n_records * length, length):
        record = body[at : at + length]
        yield tuple(
            _number(value)
            if field.is_numeric
            else value.rstrip(b" \0").decode(encoding)
            for field in fields
            for value in (record[field.start : field.start + field.length],)
        )


def _number(value: bytes) -> str:
    """A number of IBM's floating point: sign, exponent of 16 above 64, fraction."""
    if not any(value[1:]):
        if value[0] == 0x2E:
            return ""
        if value[0] == 0x5F or 0x41 <= value[0] <= 0x5A:
            return f".{chr(value[0])}"
    fraction = int.from_bytes(value[1:].ljust(7, b"\0"))
    number = Fraction(fraction, 2**56) * Fraction(16) ** ((value[0] & 0x7F) - 64)
    sign = "-" if value[0] & 0x80 and number else ""
    return sign + _plain(float(number))


def _plain(number: float) -> str:
    """The shortest decimal that is the same double, without an exponent."""
    return format(Decimal(repr(number)), "f").removesuffix(".0")
