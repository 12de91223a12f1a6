"""One fit of an estimator by this project, lifelines, scikit-survival or R.

python tests/benchmarks/estimators.py Kaplan-Meier this 1000000 [STRATA]

prints the wall and CPU seconds of a fit, from the patients' times to the curve with its
limits: the least of five, after one that warms up; of R, beyond a million, of one fit.
Random times in whole days, with ties and a competing cause. R's `survival` takes part
where Rscript is on PATH.
"""

import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from measuring import Cost, measured
from survival import Counts, cumulative_incidence, kaplan_meier

LAST_DAY = 1461
N_RUNS = 5
# lifelines moves tied times at random, and one fit of more would take minutes.
MOST_OF_LIFELINES = 20_000
# A fit of more takes R minutes, beside which what a first one costs is nothing.
MOST_OF_R = 1_000_000
SCRIPT_OF_R = Path(__file__).with_name("estimators.R")


def patients(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Times and statuses of n patients: 0 censored, 1 event, 2 competing event."""
    random = np.random.default_rng(n)
    days = random.exponential((900, 2000, 1200), size=(n, 3))
    days[:, 2] = np.minimum(days[:, 2], LAST_DAY)
    status = (days.argmin(axis=1) + 1) % 3
    return days.min(axis=1).astype(int), status


def strata(n: int, n_strata: int) -> np.ndarray:
    """The stratum of each of n patients."""
    return np.random.default_rng(n_strata).integers(0, n_strata, size=n)


def ours(days, status):
    kaplan_meier(Counts.from_times(days, status == 1))


def scikit_survival(days, status):
    from sksurv.nonparametric import kaplan_meier_estimator

    kaplan_meier_estimator(status == 1, days, conf_type="log-log")


def lifelines(days, status):
    from lifelines import KaplanMeierFitter

    KaplanMeierFitter().fit(days, status == 1)


def our_incidence(days, status):
    cumulative_incidence(Counts.from_times(days, status))


def scikit_survival_incidence(days, status):
    from sksurv.nonparametric import cumulative_incidence_competing_risks

    cumulative_incidence_competing_risks(status, days, conf_type="log-log")


def lifelines_incidence(days, status):
    from lifelines import AalenJohansenFitter

    AalenJohansenFitter(seed=1).fit(days, status, event_of_interest=1)


ESTIMATORS: dict[str, dict[str, Callable | None]] = {
    "Kaplan-Meier": {
        "this": ours,
        "scikit-survival": scikit_survival,
        "lifelines": lifelines,
        "R survfit": None,
    },
    "Aalen-Johansen": {
        "this": our_incidence,
        "scikit-survival": scikit_survival_incidence,
        "lifelines": lifelines_incidence,
        "R survfit": None,
    },
}


def is_feasible(estimator: str, by: str, n: int) -> bool:
    """Whether the library is there, and done in seconds."""
    if by == "R survfit":
        return shutil.which("Rscript") is not None
    is_slow = (estimator, by) == ("Aalen-Johansen", "lifelines")
    return not (is_slow and n > MOST_OF_LIFELINES)


def cost(estimator: str, by: str, n: int, n_strata: int) -> Cost:
    """Seconds of one fit, and the memory of the process that made it."""
    run = measured([sys.executable, __file__, estimator, by, str(n), str(n_strata)])
    wall, cpu = map(float, run.output.split()[-2:])
    return Cost(wall, cpu, run.peak_mb, run.output)


def fitted_by_r(estimator: str, n: int, n_strata: int) -> str:
    """The wall and CPU seconds that R tells of itself."""
    with tempfile.NamedTemporaryFile() as file:
        for column in (*patients(n), strata(n, n_strata)):
            column.astype("<i4").tofile(file)
        file.flush()
        runs = N_RUNS if n <= MOST_OF_R else 1
        command = ["Rscript", "--vanilla", SCRIPT_OF_R, file.name, estimator, str(runs)]
        return subprocess.run(
            command, check=True, capture_output=True, text=True
        ).stdout


def main() -> None:
    """Print the seconds of one fit."""
    estimator, by, n, *given = sys.argv[1:]
    n_strata = int(given[0]) if given else 1
    fit = ESTIMATORS[estimator][by]
    if fit is None:
        print(fitted_by_r(estimator, int(n), n_strata))
        return
    warnings.filterwarnings("ignore", module="lifelines")
    days, status = patients(int(n))
    stratum = strata(int(n), n_strata)
    parts = [(days[stratum == one], status[stratum == one]) for one in range(n_strata)]
    fit(*parts[0])
    seconds = []
    for _ in range(N_RUNS):
        began, began_cpu = time.perf_counter(), time.process_time()
        for part in parts:
            fit(*part)
        seconds.append((time.perf_counter() - began, time.process_time() - began_cpu))
    print(*min(seconds))


if __name__ == "__main__":
    main()
