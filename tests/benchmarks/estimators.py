"""The estimators beside lifelines and scikit-survival, on the same patients.

python tests/benchmarks/estimators.py
python tests/benchmarks/estimators.py --patients 249 1000000

Random times in whole days, with ties and a competing cause. `seconds` is the median
of the runs, from the patients' times to the curve with its limits; `mb` the most that
a run held beyond its input; `difference` the largest to ours at any day. lifelines'
Aalen-Johansen moves tied times at random, so it differs; it is left out where one fit
would take minutes.
"""

import argparse
import statistics
import time
import tracemalloc
import warnings

import numpy as np
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from sksurv.nonparametric import (
    cumulative_incidence_competing_risks,
    kaplan_meier_estimator,
)
from survival import Counts, cumulative_incidence, kaplan_meier

LAST_DAY = 1461
MOST_OF_AALEN_JOHANSEN = 20_000


def patients(n):
    """Times and statuses of n patients: 0 censored, 1 event, 2 competing event."""
    random = np.random.default_rng(n)
    days = random.exponential((900, 2000, 1200), size=(n, 3))
    days[:, 2] = np.minimum(days[:, 2], LAST_DAY)
    status = (days.argmin(axis=1) + 1) % 3
    return days.min(axis=1).astype(int), status


def at_days(days, curve_days, curve, before):
    """A step function's values at days, right-continuous."""
    place = np.searchsorted(curve_days, days, side="right") - 1
    return np.where(place < 0, before, np.asarray(curve)[place])


def ours(days, status):
    curve = kaplan_meier(Counts.from_times(days, status == 1))
    return curve.counts.time_days, curve.estimate


def scikit_survival(days, status):
    return kaplan_meier_estimator(status == 1, days, conf_type="log-log")[:2]


def lifelines(days, status):
    fitted = KaplanMeierFitter().fit(days, status == 1)
    return fitted.survival_function_.index, fitted.survival_function_.iloc[:, 0]


def our_incidence(days, status):
    curve = cumulative_incidence(Counts.from_times(days, status))
    return curve.counts.time_days, curve.estimate


def scikit_survival_incidence(days, status):
    found, incidence, _ = cumulative_incidence_competing_risks(
        status, days, conf_type="log-log"
    )
    return found, incidence[1]


def lifelines_incidence(days, status):
    fitted = AalenJohansenFitter(seed=1).fit(days, status, event_of_interest=1)
    found = fitted.cumulative_density_
    return found.index, found.iloc[:, 0]


ESTIMATORS = {
    "Kaplan-Meier": (1.0, ours, scikit_survival, lifelines),
    "Aalen-Johansen": (
        0.0,
        our_incidence,
        scikit_survival_incidence,
        lifelines_incidence,
    ),
}


def measured(fit, days, status, *, n_runs):
    """The curve, the median of the seconds, and the most megabytes."""
    seconds = []
    for _ in range(n_runs):
        began = time.perf_counter()
        curve = fit(days, status)
        seconds.append(time.perf_counter() - began)
    tracemalloc.start()
    fit(days, status)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return curve, statistics.median(seconds), most / 2**20


def main():
    """Print one line per estimator, size and library."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--patients", type=int, nargs="+", default=[249, 10_000, 10**6])
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    warnings.filterwarnings("ignore", module="lifelines")
    print("estimator", "patients", "by", "seconds", "mb", "difference", sep="\t")
    for n in options.patients:
        days, status = patients(n)
        for name, (before, *fits) in ESTIMATORS.items():
            reference = None
            for fit in fits:
                if fit is lifelines_incidence and n > MOST_OF_AALEN_JOHANSEN:
                    continue
                curve, seconds, most = measured(fit, days, status, n_runs=options.runs)
                reference = reference or curve
                difference = np.abs(
                    at_days(reference[0], *curve, before) - reference[1]
                ).max()
                words = fit.__name__.removesuffix("_incidence").replace("_", "-")
                print(
                    *(name, n, "ours" if words == "our" else words),
                    *(f"{seconds:.4f}", f"{most:.1f}", f"{difference:.0e}"),
                    sep="\t",
                    flush=True,
                )


if __name__ == "__main__":
    main()
