"""Why results moved, as ``survival changes --format csv`` wrote it down."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from math import isclose
from pathlib import Path

from survival.errors import SurvivalError

# The causes in the order in which the command puts them in place, and their words.
CAUSES = {
    "code": "other code",
    "definitions": "other definitions",
    "patients": "patients added or removed",
    "corrections": "corrections",
    "follow_up": "new follow-up",
}


@dataclass(frozen=True)
class Movement:
    """A result before and after, and the share of each cause.

    Attributes
    ----------
    before, after : float or None
        In the unit of the mart; None where it was not estimable.
    shares : dict of str to float
        By cause, of `CAUSES`, without those that moved nothing; they sum to the
        movement. Empty where it has no size.
    causes : tuple of str
        What moved it.
    """

    before: float | None
    after: float | None
    shares: dict[str, float]
    causes: tuple[str, ...]


def is_moved(before: float | None, after: float | None) -> bool:
    """Whether a result is another by more than the order of a sum can make it.

    The bound is that of mart ``result_changes``. None is not estimable.
    """
    if before is None or after is None:
        return before is not after
    return not isclose(before, after, rel_tol=1e-9, abs_tol=1e-12)


def read_movements(path: str | Path) -> dict[tuple[str, str], Movement]:
    """The movements of a file, by the key and the column of their mart.

    Raises
    ------
    SurvivalError
        Where there is no such file, or it is another.
    """
    try:
        with Path(path).open(newline="", encoding="utf-8") as file:
            return {
                (row["mart_key"], row["mart_column"]): Movement(
                    before=_number(row["before"]),
                    after=_number(row["after"]),
                    shares={
                        cause: float(row[cause])
                        for cause in CAUSES
                        if row[cause] and is_moved(0.0, float(row[cause]))
                    },
                    causes=tuple(row["causes"].split()),
                )
                for row in csv.DictReader(file)
            }
    except OSError as error:
        raise SurvivalError(f"{path} cannot be read: {error.strerror}") from error
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise SurvivalError(
            f"{path} is not what `survival changes OLD --format csv` writes"
        ) from error


def _number(text: str) -> float | None:
    return float(text) if text else None
