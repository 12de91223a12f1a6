"""Numbers as text: rounded here, once, half to even. nan is "not estimable"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import isnan
from typing import Any

NOT_REACHED = "NR"
NOT_ESTIMABLE = "NE"
DECIMALS = 1
# A spreadsheet takes a cell that begins so for a formula.
FORMULA, SPACES = ("=", "+", "-", "@"), ("\t", "\r")
CONTROL = re.compile("[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Masked:
    """What stands where a number may not be shown."""

    text: str

    def __str__(self) -> str:
        return self.text


def format_decimal(
    value: float | Masked, *, decimals: int = DECIMALS, missing: str = NOT_ESTIMABLE
) -> str:
    """A number at its printed precision, or `missing` for nan.

    >>> format_decimal(56.25), format_decimal(float("nan"))
    ('56.2', 'NE')
    """
    if isinstance(value, Masked):
        return str(value)
    # format() rounds the exact binary value; -0.0 would print as "-0.0".
    return missing if isnan(value) else f"{value + 0.0:.{decimals}f}"


def format_limits(
    estimate: float, ci_low: float, ci_high: float, *, missing: str = NOT_ESTIMABLE
) -> str:
    """An estimate with its limits; without either limit the estimate alone.

    >>> format_limits(58.06, 44.3, 69.7)
    '58.1 (44.3 to 69.7)'
    """
    first = format_decimal(estimate, missing=missing)
    if isnan(ci_low) and isnan(ci_high):
        return first
    return f"{first} ({format_decimal(ci_low)} to {format_decimal(ci_high)})"


def format_median(
    median: float, ci_low: float, ci_high: float, *, not_reached: str = NOT_REACHED
) -> str:
    """A median with its limits, NR where it is not reached.

    >>> format_median(float("nan"), 10.2, float("nan"))
    'NR (10.2 to NE)'
    """
    first = format_decimal(median, missing=not_reached)
    return f"{first} ({format_decimal(ci_low)} to {format_decimal(ci_high)})"


def format_ratio(numerator: int | None, denominator: int | None) -> str:
    """The percentage of a numerator in a denominator, from the integers.

    >>> format_ratio(18, 32), format_ratio(0, 0)
    ('56.2', 'NE')
    """
    if not denominator or numerator is None:
        return NOT_ESTIMABLE
    # Fraction's own rounding is half to even, and exact.
    tenths = round(Fraction(1000 * numerator, denominator))
    return f"{tenths // 10}.{tenths % 10}"


def escape_formula(value: Any) -> Any:
    r"""A cell that a spreadsheet shows in one line and does not run.

    A control character is a blank: a lone carriage return would begin a record.

    >>> escape_formula("=1+1"), escape_formula("a\rb"), escape_formula(7)
    ("'=1+1", 'a b', 7)
    """
    if not isinstance(value, str):
        return value
    is_formula = value.lstrip()[:1] in FORMULA or value[:1] in SPACES
    shown = CONTROL.sub(" ", value)
    return f"'{shown}" if shown and is_formula else shown
