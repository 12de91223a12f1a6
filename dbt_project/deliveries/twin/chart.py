"""One patient's chart: rows of the raw tables, with dates from days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from .baseline import Baseline
from .courses import Course

INDEX_DRUG = "blinatumomab"


@dataclass(slots=True)
class Chart:
    """The rows of one patient, with what is needed to write them.

    Attributes
    ----------
    patient_id, site_id, country : str
        Pseudonyms.
    course : Course
        What shall come out.
    baseline : Baseline
        Who the patient is at index.
    index_date : datetime.date
        Day 0.
    rng : random.Random
        Source of this patient's choices.
    rows : dict
        Table -> list of rows.
    latest : datetime.date
        Latest dated record, births and deaths aside.
    """

    patient_id: str
    site_id: str
    country: str
    course: Course
    baseline: Baseline
    index_date: date
    rng: Random
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    latest: date = date.min

    def on(self, day: int) -> date:
        """The calendar date of a day counted from the index date."""
        return self.index_date + timedelta(days=day)

    def add(self, table: str, **values: object) -> dict[str, str]:
        """Append a row; dates are written as ISO 8601, None as empty."""
        row = {"patient_id": self.patient_id}
        for name, value in values.items():
            if isinstance(value, date):
                self.latest = max(self.latest, value)
                row[name] = value.isoformat()
            else:
                row[name] = "" if value is None else str(value)
        self.rows.setdefault(table, []).append(row)
        return row

    def blur(self, row: dict[str, str], column: str, *, chance: float) -> None:
        """Sometimes cut a date on a 15th to its month, which changes no day."""
        if row[column].endswith("-15") and self.rng.random() < chance:
            row[column] = row[column][:7]
