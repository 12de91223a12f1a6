"""What the estimators return."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isnan, nan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from survival.counts import Counts
from survival.options import length_of_month, time_point

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = NDArray[np.float64]


def month_in_days(
    month: float | str | Decimal, *, days_per_month: float | str | Decimal
) -> Fraction:
    """The exact number of days in `month` months, which is a finite number.

    Exact, because a time point that is off by one bit puts a patient on the other
    side of it: ``30.1 * 10`` is compared with whole days.

    Returns
    -------
    fractions.Fraction
    """
    return Fraction(str(month)) * length_of_month(days_per_month)


@dataclass(frozen=True)
class PointEstimate:
    """An estimate at one time point; nan is "not estimable".

    Attributes
    ----------
    estimate, std_error, ci_low, ci_high : float
        Proportions, in [0, 1].
    n_at_risk : int or None
        Number of patients with ``time >= time point`` (R's ``n.risk``); None of a
        time point that is nan.
    """

    estimate: float
    std_error: float
    ci_low: float
    ci_high: float
    n_at_risk: int | None


@dataclass(frozen=True)
class Median:
    """The median time, in days; nan is "not estimable".

    Attributes
    ----------
    days, ci_low, ci_high : float
        Days, halves possible. Limits are those of Brookmeyer and Crowley (1982).
    is_midpoint : bool
        Whether the curve rests on one half, so that any day of a stretch is a
        median and `days` is the middle of that stretch.
    n_at_risk : int or None
        Number with ``time >= days``; None if the median is not estimable.
    """

    days: float
    ci_low: float
    ci_high: float
    is_midpoint: bool
    n_at_risk: int | None

    def in_months(self, *, days_per_month: float | str) -> tuple[float, float, float]:
        """Median and limits in months of `days_per_month` days."""
        length = float(length_of_month(days_per_month))
        return self.days / length, self.ci_low / length, self.ci_high / length


@dataclass(frozen=True, eq=False, kw_only=True)
class Curve:
    """A step function over the days of its counts, with pointwise limits.

    Attributes
    ----------
    counts : Counts
        What the curve was made from.
    estimate, std_error, ci_low, ci_high : ndarray of float, shape (n_days,)
        Values from each of ``counts.time_days`` until the day before the next,
        as proportions; nan where undefined.
    before, before_std_error : float
        The value before the first day, 1 for survival and 0 for an incidence, and its
        standard error: 0, or nan for an estimator without one.
    confidence : float
        Coverage of the limits.
    is_complete : bool
        Whether the curve has nowhere left to go (survival, or the event-free
        fraction, has reached 0), so that its last value stands for ever.
    estimator : str
        Estimator, variance, transformation and tie convention, in words.
    """

    counts: Counts
    estimate: FloatArray
    std_error: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    before: float
    confidence: float
    is_complete: bool
    estimator: str
    before_std_error: float = 0.0

    def __post_init__(self) -> None:
        for name in ("estimate", "std_error", "ci_low", "ci_high"):
            getattr(self, name).flags.writeable = False

    @property
    def time_days(self) -> NDArray[np.int64]:
        """Days on which the curve may step, shape (n_days,)."""
        return self.counts.time_days

    def at_day(self, day: float | Fraction) -> PointEstimate:
        """The estimate on `day`: that of the last observed day not after it.

        Past the last observed day nothing is known, and the estimate is nan, unless
        the curve is complete. Of a day that is nan, so is everything.

        Raises
        ------
        CountsError
            If `day` is not one number.
        """
        day = time_point("day", day)
        if isnan(day):
            return PointEstimate(nan, nan, nan, nan, None)
        days = self.counts.time_days
        n_at_risk = int(self.counts.n_exits[[d >= day for d in days.tolist()]].sum())
        last_day = self.counts.last_day
        if last_day is None or (day > last_day and not self.is_complete):
            return PointEstimate(nan, nan, nan, nan, n_at_risk)
        row = sum(d <= day for d in days.tolist()) - 1
        if row < 0:
            return PointEstimate(
                self.before, self.before_std_error, nan, nan, n_at_risk
            )
        return PointEstimate(
            float(self.estimate[row]),
            float(self.std_error[row]),
            float(self.ci_low[row]),
            float(self.ci_high[row]),
            n_at_risk,
        )

    def at_month(
        self, month: float, *, days_per_month: float | str | Decimal
    ) -> PointEstimate:
        """The estimate at `month` months of `days_per_month` days each."""
        length = length_of_month(days_per_month)
        # Infinity and nan are of no length, and stay as they are.
        return self.at_day(time_point("month", month) * length)

    def plot(
        self,
        axes: Axes | None = None,
        *,
        label: str | None = None,
        days_per_month: float | str | None = None,
    ) -> Axes:
        """Draw the curve with its limits and censorings, for a notebook.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            By default the current ones.
        label : str, optional, keyword-only
            Of the legend.
        days_per_month : float or str, optional, keyword-only
            The axis is in months of this length; in days by default.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from survival.plotting import plot_curve

        return plot_curve(self, axes, label=label, days_per_month=days_per_month)


@dataclass(frozen=True, eq=False, kw_only=True)
class SurvivalCurve(Curve):
    """Kaplan-Meier curve: `Curve` with its median."""

    median: Median


@dataclass(frozen=True, eq=False, kw_only=True)
class IncidenceCurve(Curve):
    """Cumulative incidence of one cause: `Curve` with the name of the cause.

    Attributes
    ----------
    cause : {"event", "competing"}
    transformation : {"log", "log-log", "none"}
        The scale on which the limits are symmetric.
    """

    cause: str
    transformation: str
