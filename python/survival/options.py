"""Options as users give them: a slip ends in one line that says what to pass."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import isinf, isnan
from numbers import Real
from typing import Any

from survival.errors import CountsError


def require_confidence(confidence: Any) -> None:
    """Refuse a coverage that is no proportion.

    Raises
    ------
    CountsError
        Unless it lies strictly between 0 and 1.
    """
    if not isinstance(confidence, Real) or not 0 < float(confidence) < 1:
        raise CountsError(
            f"confidence must lie between 0 and 1, not {confidence!r}: 0.95 is 95%"
        )


def require_one_of(name: str, value: object, allowed: tuple[str | None, ...]) -> None:
    """Refuse a word that the option does not know.

    Raises
    ------
    CountsError
        If `value` is none of `allowed`.
    """
    if not any(value is word or value == word for word in allowed):
        words = " or ".join(repr(word) for word in allowed if word is not None)
        raise CountsError(f"{name} must be {words}, not {value!r}")


def length_of_month(days_per_month: object) -> Fraction:
    """The exact number of days in a month.

    Raises
    ------
    CountsError
        If it is not a positive number.
    """
    length = _exact(days_per_month)
    if length is None or length <= 0:
        raise CountsError(
            f"days_per_month must be a positive number, not {days_per_month!r}: "
            "Warehouse.days_per_month() is the study's"
        )
    return length


def time_point(name: str, value: object) -> Fraction | float:
    """A time point as an exact number; infinity and nan as they are.

    Raises
    ------
    CountsError
        If it is no number, or more than one.
    """
    exact = _exact(value)
    if exact is not None:
        return exact
    if isinstance(value, Real) and (isnan(value) or isinf(value)):
        return float(value)
    raise CountsError(
        f"{name} must be one number, not {type(value).__name__}: ask for one time "
        "point at a time"
    )


def _exact(value: object) -> Fraction | None:
    """The decimal that was written; None for what is no finite number."""
    if not isinstance(value, Real | Decimal | str):
        return None
    try:
        return Fraction(value) if isinstance(value, Fraction) else Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        return None
