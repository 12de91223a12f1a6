"""A curve on the axes of a notebook; the report draws its own figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from survival.options import length_of_month

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from survival.curves import Curve


def plot_curve(
    curve: Curve,
    axes: Axes | None = None,
    *,
    label: str | None = None,
    days_per_month: float | str | None = None,
) -> Axes:
    """Steps from day 0 to the last observed day, limits shaded, censorings ticked.

    Parameters
    ----------
    curve : Curve
    axes : matplotlib.axes.Axes, optional
        By default the current ones.
    label : str, optional, keyword-only
    days_per_month : float or str, optional, keyword-only

    Returns
    -------
    matplotlib.axes.Axes
    """
    import matplotlib.pyplot as plt

    axes = plt.gca() if axes is None else axes
    length = 1.0
    if days_per_month is not None:
        length = float(length_of_month(days_per_month))
    times = np.append(0, curve.time_days) / length
    heights = 100 * np.append(curve.before, curve.estimate)
    (drawn,) = axes.step(times, heights, where="post", label=label)
    colour = drawn.get_color()
    low, high = (
        100 * np.append(np.nan, limits) for limits in (curve.ci_low, curve.ci_high)
    )
    axes.fill_between(times, low, high, step="post", color=colour, alpha=0.14, lw=0)
    is_censored = np.append(False, curve.counts.n_censored > 0)
    axes.plot(times[is_censored], heights[is_censored], "|", color=colour)
    axes.set_ylim(0, 102)
    axes.set_ylabel("Patients, %")
    axes.set_xlabel("Days" if days_per_month is None else "Months")
    if label is not None:
        axes.legend()
    return axes
