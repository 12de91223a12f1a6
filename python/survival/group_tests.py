"""Do groups differ? The log-rank test of survival, and Gray's test of an incidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import nan

import numpy as np

from survival.columns import IntArray
from survival.counts import Counts, require_counts
from survival.cumulative_incidence import CAUSES, Cause
from survival.curves import FloatArray
from survival.errors import CountsError
from survival.options import require_one_of

Groups = Mapping[str, Counts] | Iterable[Counts]


@dataclass(frozen=True)
class GroupTest:
    """A test that groups have the same curve.

    Attributes
    ----------
    test : {"log-rank", "Gray"}
    statistic : float
        Chi-squared under the hypothesis; nan where no group could differ.
    degrees_of_freedom : int
    p_value : float
    """

    test: str
    statistic: float
    degrees_of_freedom: int
    p_value: float


def log_rank(groups: Groups) -> GroupTest:
    r"""The log-rank test that all groups have the same hazard of the event.

    .. math:: U_i = \sum_t \left(d_{it} - n_{it} \frac{d_t}{n_t}\right)

    Parameters
    ----------
    groups : mapping of str to Counts, or iterable of Counts
        At least two, of different patients: as ``Warehouse.counts_by_stratum`` gives
        them.

    Returns
    -------
    GroupTest

    Raises
    ------
    CountsError
        If there are fewer than two groups, or one of them is there twice.

    Notes
    -----
    The variance is the hypergeometric one, exact with ties, and the statistic is
    U' V\ :sup:`-1` U on one degree of freedom less than there are groups with anyone
    at risk at an event [1]_ (section 7.3). A competing event censors.

    References
    ----------
    .. [1] Klein JP, Moeschberger ML. Survival Analysis, 2nd ed. Springer 2003.
    """
    at_risk, events, _ = _on_common_days("log_rank", groups)
    n, d = at_risk.sum(axis=0), events.sum(axis=0)
    score = np.zeros(len(at_risk))
    variance = np.zeros((len(at_risk), len(at_risk)))
    for place in np.flatnonzero((n > 1) & (d > 0)):
        share = at_risk[:, place] / n[place]
        score += events[:, place] - d[place] * share
        spread = np.diag(share) - np.outer(share, share)
        variance += d[place] * (n[place] - d[place]) / (n[place] - 1) * spread
    return _quadratic("log-rank", score, variance)


def gray(groups: Groups, *, cause: Cause = "event") -> GroupTest:
    r"""Gray's test that all groups have the same cumulative incidence of a cause.

    Parameters
    ----------
    groups : mapping of str to Counts, or iterable of Counts
        At least two, of different patients: as ``Warehouse.counts_by_stratum`` gives
        them.
    cause : {"event", "competing"}, keyword-only
        The cause whose incidence is compared; the other competes with it.

    Returns
    -------
    GroupTest
        As R's ``cmprsk::cuminc`` gives it.

    Raises
    ------
    CountsError
        If there are fewer than two groups, or one of them is there twice.

    Notes
    -----
    The log-rank test of the subdistribution hazard [1]_ with :math:`\rho = 0`. In
    group i, of whom :math:`Y_i` are at risk, the subdistribution has

    .. math:: R_i(t) = Y_i(t) \frac{1 - F_i(t-)}{S_i(t-)}

    at risk, where F is the incidence of the cause and S the event-free fraction of all
    causes; the score is the sum of :math:`d_i - R_i d / R`. It is not the log-rank test
    of the cause-specific hazard, which asks another question. The variance is [1]_'s
    under the hypothesis, from the pooled incidence, with its correction for ties.

    References
    ----------
    .. [1] Gray RJ. A class of K-sample tests for comparing the cumulative incidence of
       a competing risk. Ann Stat 1988;16:1141-1154.
    """
    require_one_of("cause", cause, CAUSES)
    at_risk, events, competing = _on_common_days("gray", groups)
    if cause == "competing":
        events, competing = competing, events
    sums = _GraySums(len(at_risk))
    for risk, d1, d2 in zip(at_risk.T, events.T, competing.T, strict=True):
        if (d1 + d2).any():
            sums.step(risk, d1, d2)
    return _quadratic("Gray", sums.score, sums.variance())


class _GraySums:
    """What is carried from one day to the next, an element per group."""

    def __init__(self, n_groups: int) -> None:
        self.score = np.zeros(n_groups)
        self.survival = np.ones(n_groups)
        self.incidence = np.zeros(n_groups)
        self.pooled = 0.0
        # The variance is a sum over patients k of (a - t c)^2: `drift` is c so far,
        # and the three sums are those that c, which grows later, will multiply.
        self.drift = np.zeros((n_groups, n_groups))
        self.weight = np.zeros(n_groups)
        self.mixed = np.zeros((n_groups, n_groups))
        self.squares = np.zeros((n_groups, n_groups))

    def step(self, risk: FloatArray, d1: FloatArray, d2: FloatArray) -> None:
        """One day with `d1` events of the cause and `d2` of others, by group."""
        before, events = self.survival, d1.sum()
        # Everybody at risk stands for those as well whom other causes took.
        weighted = _ratio(risk, before)
        total = weighted.sum()
        still = weighted * (1 - self.incidence)
        self.score += d1 - events * still / still.sum()
        own = np.diag(weighted) - np.outer(weighted, weighted) / total
        self.drift += own * events / (total * (1 - self.pooled))
        after = np.where(risk > 0, before * _ratio(risk - d1 - d2, risk), before)
        pooled = self.pooled + events / total
        if events:
            share = np.where(after > 0, 1 - _ratio(1 - pooled, after), 1.0)
            ties = 1 - _ratio(events - 1, total * before - 1)
            size = ties * _ratio(before * events, total * risk)
            self._add(own - self.drift * share, share, size)
        if d2.any():
            share = _ratio(1 - pooled, after)
            ties = 1 - _ratio(np.maximum(d2 - 1, 0), risk - 1)
            size = ties * d2 * _ratio(before, risk) ** 2
            # The other cause has no share in the score of the day.
            self._add(-self.drift * share, share, size)
        self.incidence = self.incidence + before * _ratio(d1, risk)
        self.survival, self.pooled = after, pooled

    def _add(self, influence: FloatArray, share: FloatArray, size: FloatArray) -> None:
        """Influence of the patients of group k (columns) on the scores (rows)."""
        self.weight += share**2 * size
        self.mixed += influence * share * size
        self.squares += (influence * size) @ influence.T

    def variance(self) -> FloatArray:
        """The variance of the score."""
        crossed = self.drift @ self.mixed.T
        own = (self.drift * self.weight) @ self.drift.T
        return self.squares + own + crossed + crossed.T


def _ratio(numerator: FloatArray | float, denominator: FloatArray) -> FloatArray:
    """Their ratio, 0 where there is nobody to divide by."""
    numerator = np.broadcast_to(numerator, denominator.shape).astype(float)
    zeros = np.zeros(denominator.shape)
    return np.divide(numerator, denominator, out=zeros, where=denominator > 0)


def _on_common_days(test: str, groups: Groups) -> tuple[IntArray, IntArray, IntArray]:
    """At risk, events and competing events by group and day, of the days of all."""
    groups = _listed(test, groups)
    days = np.unique(np.concatenate([group.time_days for group in groups]))
    at_risk, events, competing = (
        np.zeros((len(groups), len(days)), dtype=np.int64) for _ in range(3)
    )
    for row, group in enumerate(groups):
        places = np.searchsorted(days, group.time_days)
        events[row, places] = group.n_event
        competing[row, places] = group.n_competing
        left = np.zeros(len(days), dtype=np.int64)
        left[places] = group.n_exits
        at_risk[row] = left[::-1].cumsum()[::-1]
    return at_risk, events, competing


def _listed(test: str, groups: Groups) -> list[Counts]:
    """The groups, if they can be compared."""
    if isinstance(groups, Counts):
        raise CountsError(f"{test} takes the Counts of at least two groups, in a list")
    listed = list(groups.values() if isinstance(groups, Mapping) else groups)
    for group in listed:
        require_counts(test, group)
    if len(listed) < 2:
        raise CountsError(
            f"a test needs at least two groups, not {len(listed)}: see "
            "`analysis_populations` for those without patients"
        )
    if len({id(group) for group in listed}) < len(listed):
        raise CountsError(f"{test} is given the same group twice: list each group once")
    return listed


def _quadratic(test: str, score: FloatArray, variance: FloatArray) -> GroupTest:
    """Score' variance^-1 score; a group that cannot differ takes no part."""
    from scipy.stats import chi2

    taking_part = np.flatnonzero(np.diag(variance) > 1e-12)
    freedom = max(len(taking_part) - 1, 0)
    if not freedom:
        return GroupTest(test, nan, 0, nan)
    # The scores sum to zero: one of them says nothing more.
    kept = taking_part[:-1]
    part = variance[np.ix_(kept, kept)]
    statistic = float(score[kept] @ np.linalg.solve(part, score[kept]))
    return GroupTest(test, statistic, freedom, float(chi2.sf(statistic, freedom)))
