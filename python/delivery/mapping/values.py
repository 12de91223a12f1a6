"""One value in the contract's words: a term, a date, a quantity, exactly.

What cannot be translated stays as it was delivered: the gate judges it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal, Inexact, localcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from delivery.mapping.parts import Cell

ISO, SAS = "ISO", "SAS"
_SAS_EPOCH = date(1960, 1, 1)
# Not the calendar module's, which speak the machine's language.
_MONTHS = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
_TOKENS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "MON": rf"(?P<month>{'|'.join(_MONTHS)}|UN|UNK)",
    "MM": r"(?P<month>[0-9]{2}|UN|UNK)",
    "DD": r"(?P<day>[0-9]{2}|UN|UNK)",
}
_CLOCK, _ZONE = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?", r"Z|[+-][0-9:]{2,5}"
_TIME = rf"(?P<time>[T ]{_CLOCK}({_ZONE})?)?"
_ISO = re.compile(
    r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2})" + _TIME + ")?)?"
)
_UNKNOWN = {"UN", "UNK"}
# More digits than a product of two delivered numbers needs: rounding is an error.
_EXACT = Context(prec=2000, traps=[Inexact])


@dataclass(frozen=True)
class DateFormat:
    """How a source writes its dates: `ISO`, `SAS`, or a pattern as DD-MON-YYYY."""

    text: str
    pattern: re.Pattern[str] | None

    @classmethod
    def parse(cls, text: str) -> DateFormat:
        """The format that a mapping names.

        Raises
        ------
        ValueError
            What is wrong with it, to follow its name.
        """
        if text == ISO:
            return cls(text, _ISO)
        if text == SAS:
            return cls(text, None)
        parts = re.split("(YYYY|MON|MM|DD)", text)
        tokens, literals = parts[1::2], "".join(parts[::2])
        if (
            tokens.count("YYYY") != 1
            or tokens.count("MM") + tokens.count("MON") > 1
            or tokens.count("DD") > ("MM" in tokens or "MON" in tokens)
            or re.search("[A-Za-z0-9]", literals)
        ):
            raise ValueError(
                "is no date format; expected ISO, SAS, or one YYYY with MM or MON and "
                "DD and what stands between, as DD/MM/YYYY or DDMONYYYY"
            )
        pattern = "".join(_TOKENS.get(part) or re.escape(part) for part in parts)
        return cls(text, re.compile(pattern + _TIME, re.IGNORECASE))

    def iso(self, text: str) -> tuple[str, bool] | None:
        """The date in ISO 8601, as far as it is known, and whether a time was cut off.

        None where the text is no such date.
        """
        if self.pattern is None:
            return _sas_date(text)
        found = self.pattern.fullmatch(text)
        if not found:
            return None
        parts = found.groupdict()
        year, month, day = (_known(parts.get(k)) for k in ("year", "month", "day"))
        if day and not month:
            return None
        try:
            date(int(year), int(month or 1), int(day or 1))
        except ValueError:
            return None
        known = "-".join(part for part in (year, month, day) if part)
        return known, bool(parts.get("time"))


def _known(part: str | None) -> str:
    """A part of a date as digits, '' where it is unknown."""
    if part is None or part.upper() in _UNKNOWN:
        return ""
    name = part.upper()
    return f"{_MONTHS.index(name) + 1:02}" if name in _MONTHS else part


def _sas_date(text: str) -> tuple[str, bool] | None:
    if not re.fullmatch(r"-?[0-9]{1,6}", text):
        return None
    try:
        return (_SAS_EPOCH + timedelta(days=int(text))).isoformat(), False
    except OverflowError:
        return None


@dataclass(frozen=True)
class Translated:
    """A value for the contract, and how it came about.

    `how` is one of `constant`, `empty`, `term`, `date`, `factor`, `decimal_mark` and
    `as_delivered`, or what failed: `no_term`, `no_date`, `no_number`.
    `is_cut` tells that a time of day was cut off.
    """

    text: str
    how: str
    is_cut: bool = False


def translated(
    cell: Cell, text: str, *, decimal_mark: str, known_terms: frozenset[str]
) -> Translated:
    """The value of a cell that comes from a source column."""
    if text in cell.terms:
        return Translated(cell.terms[text], "term")
    if not text:
        return Translated("", "empty")
    if cell.date_format:
        found = cell.date_format.iso(text)
        return Translated(text, "no_date") if found is None else _dated(found)
    if cell.column.type in ("number", "integer"):
        return _quantity(text, cell.unit_factor, decimal_mark)
    # Text without a vocabulary is any text, unless the map has words for it.
    is_known = text in known_terms if known_terms else not cell.terms
    return Translated(text, "as_delivered" if is_known else "no_term")


def _dated(found: tuple[str, bool]) -> Translated:
    text, cut = found
    return Translated(text, "date", cut)


def _quantity(text: str, factor: Decimal | None, decimal_mark: str) -> Translated:
    """The quantity times the factor, in exact decimal arithmetic."""
    mark = re.escape(decimal_mark)
    if not re.fullmatch(
        rf"[+-]?[0-9]{{1,400}}({mark}[0-9]{{1,400}})?([eE][+-]?[0-9]{{1,3}})?", text
    ):
        return Translated(text, "no_number" if factor else "as_delivered")
    number = text.replace(decimal_mark, ".")
    if factor is None:
        return Translated(number, "as_delivered" if number == text else "decimal_mark")
    with localcontext(_EXACT):
        product = Decimal(number) * factor
        return Translated(format(product.normalize(), "f"), "factor")
