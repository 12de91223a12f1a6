"""Counts of an analysis from its patients: the second way to the event table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from survival.analysis import ALL, Analysis
from survival.counts import CENSORED, EVENT, Counts

if TYPE_CHECKING:
    import pandas as pd

    from survival.warehouse import Warehouse

TIME_COLUMNS = (
    "patient_id",
    "is_evaluable",
    "not_evaluable_reason",
    "origin_date",
    "time_days",
    "status",
)
LEVEL_COLUMNS = ("patient_id", "level", "known_on", "level_before", "level_before_on")


class PatientTables:
    """The patient-level marts that the counts rest on, a part at a time.

    Parameters
    ----------
    warehouse : Warehouse

    Notes
    -----
    What was asked for last is kept, as analyses of one population and endpoint follow
    one another; all of it at once is beyond a laptop's memory at a registry's size.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._last: dict[str, tuple[tuple[str, ...], Any]] = {}

    def members(self, population: str) -> set[str]:
        """The patients of a population."""
        return self._kept("members", self._read_members, population)

    def times(self, endpoint: str, censoring_rule: str) -> pd.DataFrame:
        """The rows of ``time_to_event`` of an endpoint."""
        return self._kept("times", self._read_times, endpoint, censoring_rule)

    def levels(self, stratum_variable: str) -> pd.DataFrame:
        """The rows of ``survival_strata`` of a variable, where the level is known."""
        return self._kept("levels", self._read_levels, stratum_variable)

    def _kept(self, kind: str, read: Callable[..., Any], *words: str) -> Any:
        if self._last.get(kind, ((), None))[0] != words:
            self._last.pop(kind, None)
            self._last[kind] = (words, read(*words))
        return self._last[kind][1]

    def _read_members(self, population: str) -> set[str]:
        rows = self._warehouse.patients(
            "population_members", ["patient_id"], population=population
        )
        return set(rows["patient_id"])

    def _read_times(self, endpoint: str, censoring_rule: str) -> pd.DataFrame:
        return self._warehouse.patients(
            "time_to_event",
            TIME_COLUMNS,
            endpoint=endpoint,
            censoring_rule=censoring_rule,
        )

    def _read_levels(self, stratum_variable: str) -> pd.DataFrame:
        rows = self._warehouse.patients(
            "survival_strata", LEVEL_COLUMNS, stratum_variable=stratum_variable
        )
        return rows.dropna(subset=["level"])


def recount(analysis: Analysis, tables: PatientTables) -> dict[str, Counts]:
    """Count the patients of an analysis by day, per stratum.

    Parameters
    ----------
    analysis : Analysis
    tables : PatientTables

    Returns
    -------
    dict of str to Counts
        Empty if nobody can be analysed.

    Notes
    -----
    Of a reverse analysis the censorings are the events (P21).
    """
    rows = analysed(analysis, tables)
    if analysis.is_reverse:
        swapped = {CENSORED: EVENT}
        rows = rows.assign(status=rows["status"].map(lambda s: swapped.get(s, 0)))
    return {
        str(level): Counts.from_times(group["time_days"], group["status"])
        for level, group in rows.groupby("level", sort=True)
    }


def analysed(analysis: Analysis, tables: PatientTables) -> pd.DataFrame:
    """The patients of an analysis: a row each, with `level`, `time_days` and `status`.

    Notes
    -----
    Only the evaluable count. After a landmark (P22) the clock restarts on its day,
    only patients with a longer time are left, and a level counts if it was known on
    that day or before; else that of a patient without a response so far.
    """
    times = tables.times(analysis.counted_endpoint, analysis.censoring_rule)
    rows = times[
        times["is_evaluable"].astype(bool)
        & times["patient_id"].isin(tables.members(analysis.population))
    ]
    if analysis.stratum_variable is None:
        rows = rows.assign(level=ALL, known_on=None)
    else:
        rows = rows.merge(tables.levels(analysis.stratum_variable), on="patient_id")
    if analysis.landmark_day is not None:
        rows = _after_landmark(rows, analysis)
    return rows


def _after_landmark(rows: pd.DataFrame, analysis: Analysis) -> pd.DataFrame:
    import pandas as pd

    landmark = analysis.landmark_day
    rows = rows[rows["time_days"] > landmark]
    if analysis.stratum_variable is not None:
        landmark_date = pd.to_datetime(rows["origin_date"]) + pd.Timedelta(
            days=landmark
        )
        is_late = pd.to_datetime(rows["known_on"]) > landmark_date
        is_known_before = pd.to_datetime(rows["level_before_on"]) <= landmark_date
        rows = rows.assign(level=rows["level"].mask(is_late, rows["level_before"]))
        rows = rows[~is_late | is_known_before]
    return rows.assign(time_days=rows["time_days"] - landmark)
