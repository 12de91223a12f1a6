"""Aalen-Johansen: cumulative incidence where other causes compete."""

from __future__ import annotations

from math import nan
from typing import Literal

import numpy as np

from survival.counts import Counts
from survival.curves import FloatArray, IncidenceCurve
from survival.errors import CountsError

Cause = Literal["event", "competing"]
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
    if cause not in ("event", "competing"):
        raise CountsError(f"cause must be 'event' or 'competing', not {cause!r}")
    if transformation not in ("log", "log-log"):
        raise CountsError(
            f"transformation must be 'log' or 'log-log', not {transformation!r}"
        )
    if not 0 < confidence < 1:
        raise CountsError(f"confidence must lie between 0 and 1, not {confidence}")
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


def exponential_incidence(counts: Counts, *, cause: Cause = "event") -> FloatArray:
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
    ndarray of float, shape (n_days,)
        Proportions on the days of `counts`.
    """
    incidence, _, _ = _aalen_johansen(counts, cause)
    before = np.concatenate([[0.0], incidence[:-1]])[: len(incidence)]
    step = incidence - before
    hazard = np.divide(step, 1 - before, out=np.zeros_like(step), where=step > 0)
    return 1 - np.exp(-hazard.cumsum())


def _aalen_johansen(
    counts: Counts, cause: Cause
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Incidence, its variance and event-free survival after each day."""
    n_cause, n_other = counts.n_event, counts.n_competing
    if cause == "competing":
        n_cause, n_other = n_other, n_cause
    survival, incidence = 1.0, 0.0
    # Each past event contributes (a - b (F(t) - F(s)))^2 to the variance. Expanded in
    # F's increments, three running sums carry all of them forward at once.
    squares, products, sensitivities = 0.0, 0.0, 0.0
    rows = []
    for at_risk, d_cause, d_other in zip(
        counts.n_at_risk.tolist(), n_cause.tolist(), n_other.tolist(), strict=True
    ):
        survivors = at_risk - d_cause - d_other
        increment = survival * d_cause / at_risk
        incidence += increment
        squares += increment * (increment * sensitivities - 2 * products)
        products -= increment * sensitivities
        weight = at_risk / survivors if survivors else 0.0
        for n_tied, own in ((d_cause, 1.0), (d_other, 0.0)):
            if n_tied:
                tie_factor = (at_risk - n_tied) / (at_risk - 1) if n_tied > 1 else 1.0
                term = survival**2 * n_tied / at_risk**2 * tie_factor
                # f/g as a ratio of counts; without survivors F never moves again.
                slope = weight / survival if survivors else 0.0
                squares += term * own**2
                products += term * own * slope
                sensitivities += term * slope**2
        survival = survival * survivors / at_risk
        rows.append((incidence, max(squares, 0.0), survival))
    columns = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return columns[0], columns[1], columns[2]


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
