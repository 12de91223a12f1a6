"""One patient's rows and the study's parameters, as every rule reads them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from .delivery import Delivery, Row

STUDY = {
    "index_drug": "blinatumomab",
    "access_program": "expanded_access",
    "enrolment_start": date(2014, 1, 1),
    "enrolment_end": date(2017, 6, 30),
    "study_end": date(2017, 12, 31),
    "adult_age_years": 18,
    "countries": ("FR", "IT", "RU", "ES", "GB"),
    "cycle_length_days": 42,
    "days_per_month": 30.5,
}


@dataclass(frozen=True, eq=False)
class Patient:
    """A delivered patient: accepted rows, quarantined rows, parameters, cut-off."""

    patient_id: str
    accepted: dict[str, list[Row]]
    quarantined: dict[str, list[Row]]
    study: dict[str, Any]
    data_cutoff_date: date

    def rows(self, table: str) -> list[Row]:
        """The accepted rows of a table, in the order of the file."""
        return self.accepted[table]

    def row(self, table: str) -> Row | None:
        """The accepted row of a table that has one row per patient."""
        rows = self.accepted[table]
        return rows[0] if rows else None

    def value(self, table: str, column: str) -> Any:
        """A value of a table that has one row per patient; None without a row."""
        row = self.row(table)
        return None if row is None else row[column]

    @property
    def index_date(self) -> date | None:
        """P4: the first start of an index-drug cycle under the programme."""
        starts = [cycle["start_date"] for cycle in self.index_cycles]
        return min(starts, default=None)

    @property
    def index_cycles(self) -> list[Row]:
        """The programme's cycles of the index drug that started by the cut-off."""
        return [
            cycle
            for cycle in self.rows("treatment_cycles")
            if cycle["drug"] == self.study["index_drug"]
            and cycle["access_program"] == self.study["access_program"]
            and cycle["start_date"] <= self.data_cutoff_date
        ]

    @property
    def disease_group(self) -> str | None:
        """P5: as the site reports."""
        return self.value("disease_status", "disease_group")

    @property
    def is_mrd_positive(self) -> bool:
        """Whether the site reports the MRD-positive group."""
        return self.disease_group == "mrd_positive"


def patients(delivery: Delivery, parameters: dict[str, Any] | None = None):
    """Every delivered patient, by identifier, under the study's parameters."""
    study = STUDY | {
        name: date.fromisoformat(value)
        if isinstance(value, str) and isinstance(STUDY[name], date)
        else value
        for name, value in (parameters or {}).items()
    }
    accepted, quarantined = (
        _by_patient(delivery.accepted),
        _by_patient(delivery.quarantined),
    )
    return [
        Patient(
            patient_id,
            accepted[patient_id],
            quarantined[patient_id],
            study,
            delivery.data_cutoff_date,
        )
        for patient_id in delivery.patient_ids
    ]


def _by_patient(tables: dict[str, list[Row]]):
    found = defaultdict(lambda: defaultdict(list))
    for table, rows in tables.items():
        for row in rows:
            found[row["patient_id"]][table].append(row)
    return found


def days(count: int) -> timedelta:
    """A number of days, to be added to a date."""
    return timedelta(days=count)
