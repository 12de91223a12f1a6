"""Transplants, cytotoxic therapy and salvage lines (P6, P8, P20, P26)."""

from datetime import date

from .delivery import Row
from .follow_up import Happening, earliest, end_of_follow_up, event_date
from .patient import Patient, days


def _allogeneic(patient: Patient):
    # P26: an autologous transplant is listed, never counted.
    for row in patient.rows("transplants"):
        if row["transplant_type"] == "allogeneic":
            yield row, event_date(patient, row["transplant_date"])


def transplants_before_index(patient: Patient) -> list[date | None]:
    """P20: those with every possible day on or before the index date; their days."""
    return [
        hsct.day
        for _, hsct in _allogeneic(patient)
        if hsct.latest <= patient.index_date
    ]


def _may_be_after_index(patient: Patient):
    # P20: neither before the index date nor wholly after the end of follow-up.
    end = end_of_follow_up(patient).day
    for row, hsct in _allogeneic(patient):
        if hsct.latest > patient.index_date and hsct.earliest <= end:
            yield row, hsct


def has_transplant_without_place(patient: Patient) -> bool:
    """P20: a transplant that leaves the analyses that use its date.

    It has no day, or an earliest possible day on or before the index date.
    """
    return any(
        hsct.day is None or hsct.earliest <= patient.index_date
        for _, hsct in _may_be_after_index(patient)
    )


def first_transplant(patient: Patient) -> Happening | None:
    """P8, P26: the first HSCT after the index date and by the end of follow-up."""
    end = end_of_follow_up(patient).day
    return earliest(
        [
            Happening(hsct.day, row)
            for row, hsct in _may_be_after_index(patient)
            if hsct.day is not None
            and hsct.earliest > patient.index_date
            and hsct.day <= end
        ]
    )


def is_line_after_index(patient: Patient, line: Row) -> bool:
    """P6: whether a line of therapy began on or after the index date.

    Without a date, or with possible days on both sides, it is after if a line with
    a lower number is known to have begun on or after the index date, else before.
    """
    began = event_date(patient, line["start_date"])
    if began.earliest >= patient.index_date:
        return True
    if began.latest < patient.index_date:
        return False
    return any(
        event_date(patient, other["start_date"]).earliest >= patient.index_date
        for other in patient.rows("therapy_lines")
        if other["line_number"] < line["line_number"]
    )


def is_index_line(patient: Patient, line: Row) -> bool:
    """P6: whether the index date is the only day on which the line can have begun."""
    began = event_date(patient, line["start_date"])
    return began.earliest == began.latest == patient.index_date


def n_salvage_lines(patient: Patient) -> int:
    """P6: the salvage lines that began before the index date."""
    return sum(
        line["line_type"] == "salvage" and not is_line_after_index(patient, line)
        for line in patient.rows("therapy_lines")
    )


def cytotoxic_therapies(patient: Patient) -> list[Happening]:
    """P8: cytotoxic medications and salvage lines after index, by their start.

    A salvage line stands where P6 places it, one after index not before the next
    day; the index drug's own line is none, and one without a day is passed over.
    """
    next_day = patient.index_date + days(1)
    found = []
    for row in patient.rows("medications"):
        start = event_date(patient, row["start_date"]).day
        is_cytotoxic = row["drug_class"] == "cytotoxic"
        if is_cytotoxic and start is not None and start >= next_day:
            found.append(Happening(start, row))
    for row in patient.rows("therapy_lines"):
        start = event_date(patient, row["start_date"]).day
        is_other_therapy = (
            row["line_type"] == "salvage"
            and is_line_after_index(patient, row)
            and not is_index_line(patient, row)
        )
        if is_other_therapy and start is not None:
            found.append(Happening(max(start, next_day), row))
    end = end_of_follow_up(patient).day
    return [therapy for therapy in found if therapy.day <= end]


def last_day_for_response(patient: Patient) -> date:
    """P8: the end of follow-up, or the day of the first HSCT or cytotoxic therapy.

    What comes after it is left out of the windows; that day itself is in.
    """
    treated = [*cytotoxic_therapies(patient)]
    if (hsct := first_transplant(patient)) is not None:
        treated.append(hsct)
    return min(
        [end_of_follow_up(patient).day, *(treatment.day for treatment in treated)]
    )
