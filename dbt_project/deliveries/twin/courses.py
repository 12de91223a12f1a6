"""The intended course of every patient, in days from the index date."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from pathlib import Path

POPULATIONS = ("mrd_pos_ph_neg", "mrd_pos_ph_pos", "rr_ph_neg", "rr_ph_pos")


@dataclass(slots=True)
class Course:
    """One patient's course; a day is None where the thing never happened.

    Attributes
    ----------
    population : str
        One of the four analysis populations.
    is_cr1 : bool
        No prior salvage therapy (used in MRD+ only).
    mrd : str
        `responder`, `nonresponder` or `not_evaluable` within two cycles.
    is_responder : bool
        The response that starts the clock of time to HSCT: MRD response in MRD+,
        CR/CRh/CRi in R/R, within two cycles.
    response_day, hsct_day, relapse_day, cytotoxic_day : int or None
        First response, first transplant, first relapse, first cytotoxic therapy.
    end_day, is_dead : int, bool
        End of follow-up and whether it is a death.
    dies_of_relapse : bool
        A death without a dated relapse that the site puts down to relapse.
    is_in_remission_at_hsct, has_dli : bool
        State on the day of transplant; donor lymphocytes during treatment.
    has_undated_death, has_undated_relapse : bool
        The event happened, its date was not found.
    """

    population: str
    is_cr1: bool
    mrd: str
    is_responder: bool
    response_day: int | None
    hsct_day: int | None
    relapse_day: int | None
    cytotoxic_day: int | None
    end_day: int
    is_dead: bool
    dies_of_relapse: bool = False
    is_in_remission_at_hsct: bool = False
    has_dli: bool = False
    has_undated_death: bool = False
    has_undated_relapse: bool = False

    @property
    def is_mrd_pos(self) -> bool:
        return self.population.startswith("mrd_pos")

    @property
    def is_ph_pos(self) -> bool:
        return self.population.endswith("ph_pos")

    def before(self, *names: str) -> int:
        """First of the named days and the end of follow-up."""
        days = [getattr(self, f"{name}_day") for name in names]
        return min([day for day in days if day is not None] + [self.end_day])

    def n_cycles_possible(self) -> int:
        """Cycles that fit before therapy changes or follow-up ends, at most five."""
        stop = self.before("hsct", "relapse", "cytotoxic")
        return max(1, min(5, (stop + 20) // 43))


def read_courses(path: Path) -> list[Course]:
    """Courses from the CSV file that `write_courses` wrote."""
    courses = []
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            values: dict[str, object] = {}
            for field in fields(Course):
                text = row[field.name]
                if "bool" in str(field.type):
                    values[field.name] = text == "1"
                elif "int" in str(field.type):
                    values[field.name] = int(text) if text else None
                else:
                    values[field.name] = text
            courses.append(Course(**values))
    return courses


def write_courses(path: Path, courses: list[Course]) -> None:
    """Write courses as CSV: empty for never, 1 and 0 for truth."""
    names = [field.name for field in fields(Course)]
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for course in courses:
            values = [getattr(course, name) for name in names]
            writer.writerow(
                "" if v is None else int(v) if isinstance(v, bool) else v
                for v in values
            )
