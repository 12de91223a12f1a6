"""The counts that every estimator starts from: no patient is in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from survival.columns import IntArray, refuse_different_indexes, whole_numbers
from survival.errors import CountsError

CENSORED, EVENT, COMPETING_EVENT = 0, 1, 2
_STATUSES = (CENSORED, EVENT, COMPETING_EVENT)
# Up to here a tally of every day, seen or not, is faster than sorting the times.
_LONGEST_CALENDAR = 1_000_000


@dataclass(frozen=True, eq=False)
class Counts:
    """Who was at risk on each distinct day, and what happened to them.

    One element per distinct day on which anyone had an event or left. The unit is
    the integer day; day 0 is a day like any other, and its events count.

    Parameters
    ----------
    time_days : array_like of int, shape (n_days,)
        Days since the origin, strictly increasing.
    n_at_risk : array_like of int, shape (n_days,)
        Number with ``time >= time_days``, before anything happens on that day.
    n_event, n_competing, n_censored : array_like of int, shape (n_days,)
        Number with status 1, 2 and 0 on that day.

    Raises
    ------
    CountsError
        If the arrays contradict each other. In particular
        ``n_at_risk[i] - exits[i] == n_at_risk[i + 1]`` must hold, and the last day
        must leave nobody.

    Notes
    -----
    The arrays are read-only. On one day, events come before censorings: that is a
    rule of the estimators, and the counts themselves have no order within a day.
    """

    time_days: IntArray
    n_at_risk: IntArray
    n_event: IntArray
    n_competing: IntArray
    n_censored: IntArray

    def __post_init__(self) -> None:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        refuse_different_indexes(**given)
        for name, values in given.items():
            array = whole_numbers(name, values)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        self._check()

    def _check(self) -> None:
        lengths = {field.name: len(getattr(self, field.name)) for field in fields(self)}
        if len(set(lengths.values())) > 1:
            raise CountsError(f"the count arrays differ in length: {lengths}")
        for field in fields(self):
            values = getattr(self, field.name)
            if (values < 0).any():
                raise CountsError(
                    f"{field.name} holds the negative value {values.min()}: a count or "
                    "a time since the origin is never below 0; check the origin date"
                )
        if (np.diff(self.time_days) <= 0).any():
            raise CountsError(
                "time_days must increase strictly, one element per distinct day: "
                "sort by time_days, or build the counts with Counts.from_times"
            )
        remaining = np.append(self.n_at_risk[1:], 0)
        wrong = np.flatnonzero(self.n_at_risk - self.n_exits != remaining)
        if wrong.size and len(self.time_days):
            first = wrong[0]
            raise CountsError(
                f"the risk set is wrong after day {self.time_days[first]}: "
                f"{self.n_at_risk[first]} at risk and {self.n_exits[first]} leaving "
                f"give {self.n_at_risk[first] - self.n_exits[first]}, but "
                f"{remaining[first]} are counted; run `survival verify`"
            )

    @classmethod
    def from_times(cls, time_days: ArrayLike, status: ArrayLike) -> Counts:
        """Count patients by day.

        Parameters
        ----------
        time_days : array_like of int, shape (n_patients,)
            Days from origin to end.
        status : array_like of int, shape (n_patients,)
            0 censored, 1 event, 2 competing event.

        Returns
        -------
        Counts
            The same for every order of the patients.

        Raises
        ------
        CountsError
            If a patient has no time or no status, if a value is none of those above,
            or if two Series have different indexes: patients are paired by place,
            and that is only right where the labels agree.
        """
        refuse_different_indexes(time_days=time_days, status=status)
        times = whole_numbers("time_days", time_days)
        statuses = whole_numbers("status", status)
        if len(times) != len(statuses):
            raise CountsError(
                f"{len(times)} times but {len(statuses)} statuses: give one status "
                "per patient"
            )
        unknown = statuses[(statuses < CENSORED) | (statuses > COMPETING_EVENT)]
        if unknown.size:
            is_swapped = set(times.tolist()) <= set(_STATUSES)
            raise CountsError(
                f"status {unknown.min()} is not one of 0 (censored), 1 (event) and 2 "
                "(competing event): "
                + (
                    "is it the time? time_days comes first"
                    if is_swapped
                    else "recode it; CDISC's CNSR runs the other way"
                )
            )
        if (times < 0).any():
            raise CountsError(
                f"time_days holds the negative value {times.min()}: the end lies "
                "before the origin; correct the dates or leave the patient out"
            )
        days, day_of_patient = np.arange(times.max(initial=-1) + 1), times
        if len(days) > _LONGEST_CALENDAR:
            days, day_of_patient = np.unique(times, return_inverse=True)
        kind = len(_STATUSES) * day_of_patient + statuses
        tally = np.bincount(kind, minlength=len(_STATUSES) * len(days))
        tally = tally.reshape(-1, len(_STATUSES))
        n_exits = tally.sum(axis=1)
        n_at_risk = n_exits[::-1].cumsum()[::-1]
        is_seen = n_exits > 0
        return cls(
            time_days=days[is_seen],
            n_at_risk=n_at_risk[is_seen],
            n_event=tally[is_seen, EVENT],
            n_competing=tally[is_seen, COMPETING_EVENT],
            n_censored=tally[is_seen, CENSORED],
        )

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]] | Any) -> Counts:
        """Read rows of ``survival_event_table`` for one analysis and stratum.

        Parameters
        ----------
        rows : iterable of mappings, or pandas.DataFrame
            With the columns of this class, in any order of rows.
        """
        names = [field.name for field in fields(cls)]
        records = _records(rows)
        missing = sorted({name for row in records for name in names if name not in row})
        if missing:
            raise CountsError(f"the rows have no column {', '.join(missing)}")
        for name in ("analysis_id", "stratum"):
            found = sorted({str(row.get(name)) for row in records})
            if len(found) > 1:
                raise CountsError(
                    f"the rows are of {len(found)} values of {name} ({found[0]}, "
                    f"{found[1]}, ...): pass the rows of one"
                )
        columns = {
            name: whole_numbers(name, [row[name] for row in records]) for name in names
        }
        order = np.argsort(columns["time_days"], kind="stable")
        return cls(**{name: column[order] for name, column in columns.items()})

    @property
    def n_exits(self) -> IntArray:
        """Number leaving the risk set on each day, whatever the reason."""
        return self.n_event + self.n_competing + self.n_censored

    @property
    def n(self) -> int:
        """Number of patients."""
        return int(self.n_at_risk[0]) if len(self.n_at_risk) else 0

    @property
    def last_day(self) -> int | None:
        """Last observed day; None without patients."""
        return int(self.time_days[-1]) if len(self.time_days) else None

    def roles_swapped(self) -> Counts:
        """The same patients, the end of follow-up being the event.

        What was an event (competing or not) becomes a censoring, and a censoring
        becomes the event, as reverse Kaplan-Meier needs it.
        """
        return Counts(
            time_days=self.time_days,
            n_at_risk=self.n_at_risk,
            n_event=self.n_censored,
            n_competing=np.zeros_like(self.n_competing),
            n_censored=self.n_event + self.n_competing,
        )


def require_counts(what: str, counts: object) -> None:
    """Refuse anything but the counts of one group.

    Raises
    ------
    CountsError
        If `counts` is not a `Counts`, with how to make one.
    """
    if isinstance(counts, Counts):
        return
    remedy = (
        f"call it for each group: {{name: {what}(group) for name, group in ...items()}}"
        if isinstance(counts, Mapping)
        else "make them with Counts.from_times (of patients) or from_rows (of days)"
    )
    raise CountsError(f"{what} takes Counts, not {type(counts).__name__}: {remedy}")


def _records(rows: Any) -> list[Mapping[str, Any]]:
    """The rows of a data frame, of pandas or polars, or of any iterable."""
    if hasattr(rows, "to_dicts"):
        return list(rows.to_dicts())
    if hasattr(rows, "to_dict"):
        return list(rows.to_dict("records"))
    is_listed = isinstance(rows, Iterable) and not isinstance(rows, Mapping | str)
    records = list(rows) if is_listed else []
    if not is_listed or not all(isinstance(row, Mapping) for row in records):
        raise CountsError(
            "rows must be a data frame or a list of mappings, one per day; of columns "
            "make Counts(time_days=..., n_at_risk=..., ...)"
        )
    return records
