"""Counts of an analysis from its patients: the second way to the event table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from survival.analysis import ALL, Analysis
from survival.counts import CENSORED, EVENT, Counts

if TYPE_CHECKING:
    import pandas as pd

    from survival.warehouse import Warehouse


@dataclass(frozen=True, eq=False)
class PatientTables:
    """The patient-level marts that the counts rest on.

    Attributes
    ----------
    population_members, time_to_event, strata : pandas.DataFrame
        Who is in which population, ``time_to_event`` and ``survival_strata``.
    """

    population_members: pd.DataFrame
    time_to_event: pd.DataFrame
    strata: pd.DataFrame

    @classmethod
    def read(cls, warehouse: Warehouse) -> PatientTables:
        """Read the three marts."""
        members = warehouse.population_members()
        return cls(members, warehouse.time_to_event(), warehouse.strata())

    def members(self, population: str) -> set[str]:
        """The patients of a population."""
        rows = self.population_members
        return set(rows.loc[rows["population"] == population, "patient_id"])


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
    times = tables.time_to_event
    rows = times[
        (times["endpoint"] == analysis.counted_endpoint)
        & (times["censoring_rule"] == analysis.censoring_rule)
        & times["is_evaluable"].astype(bool)
        & times["patient_id"].isin(tables.members(analysis.population))
    ]
    if analysis.stratum_variable is None:
        rows = rows.assign(level=ALL, known_on=None)
    else:
        strata = tables.strata
        of_variable = strata["stratum_variable"] == analysis.stratum_variable
        columns = ["patient_id", "level", "known_on", "level_before", "level_before_on"]
        levels = strata.loc[of_variable, columns]
        rows = rows.merge(levels.dropna(subset=["level"]), on="patient_id")
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
