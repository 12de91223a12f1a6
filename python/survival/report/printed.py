"""Numbers as the report prints them: rounded here, once, half to even."""

from __future__ import annotations

from fractions import Fraction

from survival.report.study import Record, Value
from survival.tables import MONTH_DECIMALS, NOT_REACHED, PERCENT_DECIMALS

NOT_ESTIMABLE = "NE"


def printed(value: float | None, *, decimals: int, missing: str = NOT_ESTIMABLE) -> str:
    """A number at its printed precision, or `missing`."""
    return missing if value is None else f"{value + 0.0:.{decimals}f}"


def printed_limits(value: Value, *, decimals: int, missing: str) -> str:
    """``58.1 (44.3 to 69.7)``; without limits the estimate alone."""
    first = printed(value.estimate, decimals=decimals, missing=missing)
    if value.ci_low is None and value.ci_high is None:
        return first
    low, high = (
        printed(limit, decimals=decimals) for limit in (value.ci_low, value.ci_high)
    )
    return f"{first} ({low} to {high})"


def printed_months(value: Value) -> str:
    """A median with its limits; NR where it is not reached."""
    text = printed_limits(value, decimals=MONTH_DECIMALS, missing=NOT_REACHED)
    return text if "(" in text else f"{text} (NE to NE)"


def printed_percent(value: Value) -> str:
    """A percentage with its limits; NE where it is not estimable."""
    return printed_limits(value, decimals=PERCENT_DECIMALS, missing=NOT_ESTIMABLE)


def printed_ratio(row: Record) -> str:
    """The percentage of a numerator in a denominator, from the integers."""
    numerator, denominator = row["numerator"], row["denominator"]
    if not denominator or numerator is None:
        return NOT_ESTIMABLE
    # Fraction's own rounding is half to even, and exact.
    tenths = round(Fraction(1000 * numerator, denominator))
    return f"{tenths // 10}.{tenths % 10}"
