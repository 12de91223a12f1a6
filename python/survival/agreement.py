"""How far two computations of the same statistics are apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, isnan

TOLERANCE = 1e-9


@dataclass
class Agreement:
    """How far two computations of one statistic are apart.

    Attributes
    ----------
    statistic : str
        ``<mart>.<column>``, of the summary with the statistic in between.
    n_compared : int
        Number of pairs.
    largest_difference : float
        Largest absolute difference; inf where only one side has a value or a row.
    where : str
        Analysis, stratum and day (or month) of the largest difference.
    """

    statistic: str
    n_compared: int = 0
    largest_difference: float = 0.0
    where: str = ""

    def add(self, ours: float, theirs: float, where: str) -> None:
        """Compare one pair; nan is "not estimable"."""
        self.n_compared += 1
        difference = _difference(ours, theirs)
        if difference > self.largest_difference:
            self.largest_difference, self.where = difference, where


@dataclass
class Verification:
    """Agreement of every statistic, and what could not be compared at all."""

    agreements: dict[str, Agreement] = field(default_factory=dict)
    n_analyses: int = 0

    def add(self, statistic: str, ours: float, theirs: float, where: str) -> None:
        """Compare one pair of values of `statistic`."""
        self.agreements.setdefault(statistic, Agreement(statistic)).add(
            ours, theirs, where
        )

    def is_equal(self, *, tolerance: float = TOLERANCE) -> bool:
        """Whether something was compared and no difference exceeds `tolerance`."""
        return bool(self.agreements) and all(
            agreement.largest_difference <= tolerance
            for agreement in self.agreements.values()
        )


def _difference(ours: float, theirs: float) -> float:
    if isnan(ours) and isnan(theirs):
        return 0.0
    return inf if isnan(ours) or isnan(theirs) else abs(ours - theirs)
