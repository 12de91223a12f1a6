"""Kaplan-Meier: survival, its limits and its median."""

from __future__ import annotations

from math import nan
from typing import Literal

import numpy as np

from survival.counts import Counts, require_counts
from survival.curves import FloatArray, Median, SurvivalCurve
from survival.errors import CountsError
from survival.options import require_confidence, require_one_of

HALF_TOLERANCE = 1e-9
Competing = Literal["event", "censoring"]
READINGS = {
    None: "",
    "event": "; competing events count as events",
    "censoring": "; competing events censor",
}


def kaplan_meier(
    counts: Counts,
    *,
    confidence: float = 0.95,
    competing: Competing | None = None,
) -> SurvivalCurve:
    r"""Survival function by the product-limit estimator.

    .. math:: \hat S(t) = \prod_{s \le t} \left(1 - \frac{d_s}{n_s}\right)

    Parameters
    ----------
    counts : Counts
        Events and patients at risk by day.
    confidence : float, keyword-only
        Coverage of the pointwise limits and of those of the median.
    competing : {"event", "censoring"}, keyword-only
        What a competing event is. "event": `survival` is the event-free fraction,
        and 1 - S is the sum of the incidences. "censoring": the net survival that
        is read if competing events were removed. Must be given if there are any.

    Returns
    -------
    SurvivalCurve
        Proportions on the days of `counts`.

    Raises
    ------
    CountsError
        If there are competing events and `competing` does not say what they are, or
        if `counts` is not the counts of one group.

    Notes
    -----
    On one day events come before censorings: a patient censored on the day of an
    event is at risk for it. The variance is Greenwood's, and the limits are
    symmetric on the log(-log) scale [1]_ (eq. 4.2.2 and 4.3.2); where S is 1 or 0
    they are nan, and at 0 the standard error too. The median is that of R's
    ``survfit``: the first day with S < 1/2, or the middle of the stretch on which S
    is 1/2 (within 1e-9), which ends at the next event or else on the last observed
    day. Its limits are the same rule on the two bands [2]_.

    References
    ----------
    .. [1] Klein JP, Moeschberger ML. Survival Analysis, 2nd ed. Springer, 2003.
    .. [2] Brookmeyer R, Crowley J. A confidence interval for the median survival
       time. Biometrics 1982;38:29-41.
    """
    require_counts("kaplan_meier", counts)
    require_one_of("competing", competing, tuple(READINGS))
    if competing is None and counts.n_competing.any():
        # R also reads 1 and 2 as alive and dead, and then nobody is 0.
        as_in_r = "; if 1 is alive and 2 is dead, recode them as 0 and 1"
        raise CountsError(
            f"{counts.n_competing.sum()} competing events: say competing='event' for "
            "event-free survival, or competing='censoring' for net survival"
            + ("" if counts.n_censored.any() else as_in_r)
        )
    is_event = competing == "event"
    n_failure = counts.n_event + (counts.n_competing if is_event else 0)
    n_leaving = counts.n_censored + (0 if is_event else counts.n_competing)
    return _fit(
        counts,
        failure_clock=counts.time_days,
        n_failure=n_failure,
        leaving_clock=counts.time_days,
        n_leaving=n_leaving,
        confidence=confidence,
        estimator="Kaplan-Meier; Greenwood; log(-log) limits; events before censorings"
        + READINGS[competing],
    )


def reverse_kaplan_meier(counts: Counts, *, confidence: float = 0.95) -> SurvivalCurve:
    """Probability of still being followed, the event being the end of follow-up.

    Parameters
    ----------
    counts : Counts
        Of the endpoint itself (say overall survival), not swapped: its censorings
        are the ends of follow-up, its events (of any cause) the censorings.
    confidence : float, keyword-only
        Coverage of the limits.

    Returns
    -------
    SurvivalCurve
        Its counts have the roles swapped.

    Notes
    -----
    On a tied day the deaths leave before the follow-up of the others ends: whoever
    died on day t could not have been followed beyond it. Flipping the indicator in
    a Kaplan-Meier routine keeps the dead of day t at risk, and is biased upward
    under ties. Schemper M, Smith TL. Control Clin Trials 1996;17:343-346.
    """
    require_counts("reverse_kaplan_meier", counts)
    swapped = counts.roles_swapped()
    # Twice the day, with the ends of follow-up half a day later, puts the deaths
    # first and leaves everything else in its order, in whole numbers.
    return _fit(
        swapped,
        failure_clock=2 * swapped.time_days + 1,
        n_failure=swapped.n_event,
        leaving_clock=2 * swapped.time_days,
        n_leaving=swapped.n_censored,
        confidence=confidence,
        estimator="reverse Kaplan-Meier; Greenwood; log(-log) limits; "
        "deaths before ends of follow-up",
    )


def median_follow_up(counts: Counts, *, confidence: float = 0.95) -> Median:
    """Median follow-up by reverse Kaplan-Meier: see `reverse_kaplan_meier`."""
    return reverse_kaplan_meier(counts, confidence=confidence).median


def _fit(
    counts: Counts,
    *,
    failure_clock: np.ndarray,
    n_failure: np.ndarray,
    leaving_clock: np.ndarray,
    n_leaving: np.ndarray,
    confidence: float,
    estimator: str,
) -> SurvivalCurve:
    """Fit by lifelines on weighted counts, then apply the conventions above."""
    from lifelines import KaplanMeierFitter

    require_confidence(confidence)
    survival = std_error = ci_low = ci_high = np.zeros(0)
    if counts.n:
        clock = np.concatenate([failure_clock, leaving_clock])
        is_failure = np.repeat([1, 0], len(counts.time_days))
        weights = np.concatenate([n_failure, n_leaving])
        is_there = weights > 0
        # lifelines switches numpy's warnings off for good; errstate puts them back.
        with np.errstate(all="ignore"):
            fitter = KaplanMeierFitter(alpha=1 - confidence).fit(
                clock[is_there], is_failure[is_there], weights=weights[is_there]
            )
        # The clock of failures and leavings is the same day: the later one closes it.
        closing = np.maximum(failure_clock, leaving_clock)
        row = np.searchsorted(fitter.timeline, closing, side="right") - 1
        survival = fitter.survival_function_.to_numpy()[row, 0]
        std_error = survival * np.sqrt(fitter._cumulative_sq_.to_numpy()[row])
        ci_low, ci_high = fitter.confidence_interval_.to_numpy()[row].T
        is_inside = (survival > 0) & (survival < 1)
        std_error = np.where(survival > 0, std_error, nan)
        ci_low = np.where(is_inside, ci_low, nan)
        ci_high = np.where(is_inside, ci_high, nan)
    return SurvivalCurve(
        counts=counts,
        estimate=survival,
        std_error=std_error,
        ci_low=ci_low,
        ci_high=ci_high,
        before=1.0,
        confidence=confidence,
        is_complete=bool(counts.n and survival[-1] == 0),
        estimator=estimator,
        median=_median(counts, n_failure, survival, ci_low, ci_high),
    )


def _median(
    counts: Counts,
    n_failure: np.ndarray,
    survival: FloatArray,
    ci_low: FloatArray,
    ci_high: FloatArray,
) -> Median:
    days, is_midpoint = _first_half(counts, n_failure, survival)
    return Median(
        days=days,
        ci_low=_first_half(counts, n_failure, ci_low)[0],
        ci_high=_first_half(counts, n_failure, ci_high)[0],
        is_midpoint=is_midpoint,
        n_at_risk=None
        if np.isnan(days)
        else int(counts.n_exits[counts.time_days >= days].sum()),
    )


def _first_half(
    counts: Counts, n_failure: np.ndarray, curve: FloatArray
) -> tuple[float, bool]:
    """The day on which `curve` crosses one half, and whether it rests there."""
    # nan compares as false, so a band that is undefined at S = 0 never crosses there.
    crossed = np.flatnonzero(curve <= 0.5 + HALF_TOLERANCE)
    if not crossed.size:
        return nan, False
    first = crossed[0]
    if curve[first] < 0.5 - HALF_TOLERANCE:
        return float(counts.time_days[first]), False
    later_events = np.flatnonzero(n_failure[first + 1 :]) + first + 1
    stretch_end = later_events[0] if later_events.size else -1
    return float(counts.time_days[first] + counts.time_days[stretch_end]) / 2, True
