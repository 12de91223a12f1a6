"""How long a patient is observed, and what bounds partial dates (P14, P20)."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from .contract import TABLES
from .dates import Delivered, Resolved, resolve
from .delivery import Row
from .patient import Patient


@dataclass(frozen=True)
class Happening:
    """Something that happened on a day, and the row that says so."""

    day: date
    row: Row

    @property
    def source(self) -> tuple[str, int]:
        """P18: of several rows on a day, the first table, then the first line."""
        return self.row.table, self.row.line


def earliest(happenings: list[Happening]) -> Happening | None:
    """The first happening; on one day the first source."""
    return min(happenings, key=lambda one: (one.day, one.source), default=None)


def latest_dated_record(patient: Patient) -> Happening | None:
    """P14: any date by the cut-off but those of birth and death, in any table.

    A partial date counts by its earliest possible day.
    """
    found = []
    for table, columns in TABLES.items():
        names = [c.name for c in columns if c.kind in ("date", "partial")]
        for row in patient.rows(table):
            for name in set(names) - {"birth_date", "death_date"}:
                value = row[name]
                day = value.first if isinstance(value, Delivered) else value
                if day is not None and day <= patient.data_cutoff_date:
                    found.append(Happening(day, row))
    if not found:
        return None
    last_day = max(one.day for one in found)
    return earliest([one for one in found if one.day == last_day])


@lru_cache
def last_contact(patient: Patient) -> Happening | None:
    """P14: `last_contact_date`, or the latest dated record if that is later."""
    record, row = latest_dated_record(patient), patient.row("follow_up")
    # Reading: without an accepted follow-up row the records alone say how long the
    # patient was seen (no endpoint is evaluable then).
    if row is None:
        return record
    reported = Happening(row["last_contact_date"], row)
    return record if record and record.day > reported.day else reported


def is_dead(patient: Patient) -> bool:
    """P14: `vital_status` says so, or a death date is given."""
    row = patient.row("follow_up")
    return row is not None and (
        row["vital_status"] == "dead" or row["death_date"] is not None
    )


def death(patient: Patient) -> Resolved | None:
    """P20: the day of death, not before the patient's latest dated record.

    A last contact after the cut-off bounds it too: it shows the patient alive.
    """
    if not is_dead(patient):
        return None
    contact = last_contact(patient)
    return resolve(
        patient.value("follow_up", "death_date"),
        not_before=contact.day,
        data_cutoff_date=patient.data_cutoff_date,
    )


def event_date(
    patient: Patient, delivered: Delivered | None, *, not_before: date = date.min
) -> Resolved:
    """P20: any other event, not after the death or, of the living, the last contact.

    An undated death bounds nothing.
    """
    died = death(patient)
    if died is None:
        contact = last_contact(patient)
        not_after = contact.day if contact else date.max
    else:
        not_after = died.day or date.max
    return resolve(
        delivered,
        not_before=not_before,
        not_after=not_after,
        data_cutoff_date=patient.data_cutoff_date,
    )


def trial_entry(patient: Patient) -> date | None:
    """P14: the day of entry into a trial, on or after the index date.

    An entry before the index date ends nothing, nor does one without a day; a
    partial one is not before the index date.
    """
    delivered = patient.value("follow_up", "trial_entry_date")
    if delivered is None or delivered.last < patient.index_date:
        return None
    return event_date(patient, delivered, not_before=patient.index_date).day


@dataclass(frozen=True)
class End:
    """The last day of follow-up, its reason, and the row that gave it."""

    day: date
    reason: str
    row: Row | None


@lru_cache
def end_of_follow_up(patient: Patient) -> End:
    """P14: the earliest of death, trial entry, last contact, study end, cut-off.

    That day is included; on one day the reason is the first in that order. Last
    contact ends the follow-up only of a patient not known to be dead.
    """
    row = patient.row("follow_up")
    candidates = []
    died = death(patient)
    if died is not None and died.day is not None:
        candidates.append(End(died.day, "death", row))
    entered = trial_entry(patient)
    if entered is not None:
        candidates.append(End(entered, "trial_entry", row))
    contact = last_contact(patient)
    if died is None:
        candidates.append(End(contact.day, "last_contact", contact.row))
    candidates.append(End(patient.study["study_end"], "study_end", None))
    candidates.append(End(patient.data_cutoff_date, "data_cutoff", None))
    return min(candidates, key=lambda end: end.day)


def has_undated_death(patient: Patient) -> bool:
    """P20: dead without a day, and not known alive at the end of follow-up.

    Known alive is a last contact on or after the end, or a death whose every
    possible day is after it: such a patient is censored there.
    """
    died = death(patient)
    if died is None or died.day is not None:
        return False
    end = end_of_follow_up(patient).day
    return not (last_contact(patient).day >= end or died.earliest > end)
