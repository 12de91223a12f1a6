"""Aalen-Johansen: cumulative incidence where other causes compete."""

from __future__ import annotations

from math import nan
from typing import Literal

import numpy as np

from survival.columns import IntArray
from survival.counts import Counts, require_counts
from survival.curves import FloatArray, IncidenceCurve
from survival.options import require_confidence, require_one_of

Cause = Literal["event", "competing"]
CAUSES = ("event", "competing")
Transformation = Literal["log", "log-log"]


def cumulative_incidence(
    counts: Counts,
    *,
    cause: Cause = "event",
    transformation: Transformation = "log",
    confidence: float = 0.95,
) -> IncidenceCurve:
    r"""Cumulative incidence of one cause by the Aalen-Johansen estimator.

    .. math:: \hat F_1(t) = \sum_{s \le t} \hat S(s-) \frac{d_{1s}}{n_s}

    with S the event-free survival (all causes).

    Parameters
    ----------
    counts : Counts
        Events, competing events and patients at risk by day.
    cause : {"event", "competing"}, keyword-only
        The cause whose incidence is asked for; the other one competes.
    transformation : {"log", "log-log"}, keyword-only
        The scale on which the limits are symmetric: ``F exp(+-z se / F)``, the upper
        one at most 1, or ``F ** exp(+-z se / (F log F))``.
    confidence : float, keyword-only
        Coverage of the pointwise limits.

    Returns
    -------
    IncidenceCurve
        Proportions on the days of `counts`. Before the first event of the cause the
        standard error is 0 and the limits are nan.

    Notes
    -----
    Both causes on one day are handled at once, with nobody's time changed, so the
    incidences and S sum to 1 exactly. Events of day 0 count. Events come before
    censorings on the same day.

    The variance is the Aalen-type one of ``cuminc`` in R's cmprsk [1]_, with f = S(s-),
    g = S(s) and a hypergeometric correction for the :math:`d_{ks}` tied events of
    cause k:

    .. math::
        \hat V(t) = \sum_{s \le t} \sum_k \left[ f\,1_{k=1}
        - \frac{f}{g} \{\hat F_1(t) - \hat F_1(s)\} \right]^2
        \frac{d_{ks}}{n_s^2} \cdot \frac{n_s - d_{ks}}{n_s - 1}

    (the last factor is 1 for a single event; terms with g = 0 and no increment to
    come drop the second part).

    References
    ----------
    .. [1] Gray RJ. A class of K-sample tests for comparing the cumulative incidence
       of a competing risk. Ann Statist 1988;16:1141-1154; cmprsk 2.2, subroutine cinc.
    """
    require_counts("cumulative_incidence", counts)
    require_one_of("cause", cause, CAUSES)
    require_one_of("transformation", transformation, ("log", "log-log"))
    require_confidence(confidence)
    incidence, variance, event_free = _aalen_johansen(counts, cause)
    std_error = np.sqrt(variance)
    ci_low, ci_high = _limits(incidence, std_error, transformation, confidence)
    return IncidenceCurve(
        counts=counts,
        estimate=incidence,
        std_error=std_error,
        ci_low=ci_low,
        ci_high=ci_high,
        before=0.0,
        confidence=confidence,
        is_complete=bool(counts.n and event_free[-1] == 0),
        estimator="Aalen-Johansen, exact under ties; Aalen-type variance (cmprsk); "
        f"limits on the {transformation} scale",
        cause=cause,
        transformation=transformation,
    )


def exponential_incidence(counts: Counts, *, cause: Cause = "event") -> IncidenceCurve:
    r"""The exponential form 1 - exp(-H) of the cumulative incidence.

    H is the cumulative subdistribution hazard, with increments
    ``(F(t) - F(t-)) / (1 - F(t-))``. It lies below the Aalen-Johansen estimate, and
    is offered for comparison with published figures only.

    Parameters
    ----------
    counts : Counts
    cause : {"event", "competing"}, keyword-only

    Returns
    -------
    IncidenceCurve
        Without standard errors and limits.
    """
    require_counts("exponential_incidence", counts)
    require_one_of("cause", cause, CAUSES)
    incidence, _, event_free = _aalen_johansen(counts, cause)
    before = np.concatenate([[0.0], incidence])[: len(incidence)]
    step = incidence - before
    hazard = np.divide(step, 1 - before, out=np.zeros_like(step), where=step > 0)
    missing = np.full_like(incidence, nan)
    return IncidenceCurve(
        counts=counts,
        estimate=1 - np.exp(-hazard.cumsum()),
        std_error=missing,
        ci_low=missing.copy(),
        ci_high=missing.copy(),
        before=0.0,
        before_std_error=nan,
        confidence=nan,
        is_complete=bool(counts.n and event_free[-1] == 0),
        estimator="1 - exp(-H), H the cumulative subdistribution hazard; "
        "for comparison only",
        cause=cause,
        transformation="none",
    )


def _aalen_johansen(
    counts: Counts, cause: Cause
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Incidence, its variance and event-free survival after each day."""
    n_cause, n_other = counts.n_event, counts.n_competing
    if cause == "competing":
        n_cause, n_other = n_other, n_cause
    n_at_risk = counts.n_at_risk
    n_survivors = n_at_risk - n_cause - n_other
    event_free = np.cumprod(n_survivors / n_at_risk, dtype=np.float64)
    before = np.concatenate([[1.0], event_free])[: len(n_at_risk)]
    incidence = np.cumsum(before * n_cause / n_at_risk)
    # Without survivors the incidence never moves again, and nothing follows.
    slope = np.divide(
        1, event_free, out=np.zeros_like(event_free), where=event_free > 0
    )
    own_term = before**2 * _tied_variance(n_cause, n_at_risk)
    other_term = before**2 * _tied_variance(n_other, n_at_risk)
    variance = np.zeros_like(incidence)
    # Term by term: the shorter form with running sums loses half of the digits where
    # the terms cancel, as they do when all have had the event.
    for day in np.flatnonzero(n_cause):
        past = slice(0, day + 1)
        drop = slope[past] * (incidence[day] - incidence[past])
        variance[day:] = np.sum(
            (1 - drop) ** 2 * own_term[past] + drop**2 * other_term[past]
        )
    return incidence, variance, event_free


def _tied_variance(n_tied: IntArray, n_at_risk: IntArray) -> FloatArray:
    """Variance of the share with the event, as drawn without replacement if tied."""
    share_variance = n_tied / n_at_risk**2
    correction = np.divide(
        n_at_risk - n_tied,
        n_at_risk - 1,
        out=np.ones(len(n_tied)),
        where=n_tied > 1,
    )
    return share_variance * correction


def _limits(
    incidence: FloatArray,
    std_error: FloatArray,
    transformation: Transformation,
    confidence: float,
) -> tuple[FloatArray, FloatArray]:
    from scipy.special import ndtri

    z = ndtri(0.5 + confidence / 2)
    ci_low = np.full_like(incidence, nan)
    ci_high = np.full_like(incidence, nan)
    if transformation == "log":
        where = incidence > 0
        spread = z * std_error[where] / incidence[where]
        ci_low[where] = incidence[where] * np.exp(-spread)
        ci_high[where] = np.minimum(incidence[where] * np.exp(spread), 1.0)
        return ci_low, ci_high
    where = (incidence > 0) & (incidence < 1)
    log = np.log(incidence[where])
    spread = z * std_error[where] / (incidence[where] * -log)
    ci_low[where] = np.exp(log * np.exp(spread))
    ci_high[where] = np.exp(log * np.exp(-spread))
    return ci_low, ci_high
