"""Grades, remissions and relapses (P8, P8a, P18)."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import inf

from .delivery import Row
from .follow_up import Happening, earliest, end_of_follow_up, event_date
from .patient import Patient, days

GRADES = ("cr", "crh", "cri")
SITES = ("cns", "testis", "other")


def extramedullary_state(patient: Patient, until: date) -> str:
    """P8: `yes`, `no` or `unknown` by each site's latest `yes` or `no` until a day.

    `no` on `any` clears all, `yes` on `any` stands until a `no` on `any`; on one day
    `yes` beats `no`; a site never positive is absent.
    """
    # Reading: "nothing after the end of follow-up counts" (P8a) holds for what grades
    # a marrow, too, not for the marrow alone.
    until = min(until, end_of_follow_up(patient).day)
    known = [
        row
        for row in patient.rows("extramedullary_assessments")
        if row["assessment_date"] <= until and row["involvement"] != "unknown"
    ]
    for site in (*SITES, "any"):
        findings = [
            (row["assessment_date"], row["involvement"] == "yes")
            for row in known
            if row["site"] == site
            or (row["site"] == "any" and row["involvement"] == "no")
        ]
        if findings and max(findings)[1]:
            return "yes"
    return "no" if known else "unknown"


def _nearest_count(patient: Patient, marrow_day: date, column: str) -> float | None:
    # P8: the non-missing value nearest the marrow within 7 days, ties to the later.
    # Reading: up to the end of follow-up, as for extramedullary disease.
    end = end_of_follow_up(patient).day
    candidates = [
        (abs(row["sample_date"] - marrow_day), -row["sample_date"].toordinal(), row)
        for row in patient.rows("blood_counts")
        if row[column] is not None
        and abs(row["sample_date"] - marrow_day) <= days(7)
        and row["sample_date"] <= end
    ]
    return min(candidates)[2][column] if candidates else None


def _proved_grade(
    platelets: float, neutrophils: float, *, is_cri_defined: bool
) -> str | None:
    # P8, in order of precedence.
    if platelets > 100 and neutrophils > 1:
        return "cr"
    if platelets > 50 and neutrophils > 0.5:
        return "crh"
    if is_cri_defined and (platelets > 100 or neutrophils > 1):
        return "cri"
    return None


def grade(patient: Patient, marrow: Row) -> str | None:
    """P8: `cr`, `crh`, `cri` (R/R only), `none`, or None where not gradable."""
    day, blasts = marrow["assessment_date"], marrow["blast_percent"]
    if blasts is None:
        return None
    if blasts > 5 or extramedullary_state(patient, day + days(7)) == "yes":
        return "none"
    counts = [
        _nearest_count(patient, day, column)
        for column in ("platelets_giga_per_l", "neutrophils_giga_per_l")
    ]

    def grade_where_missing_is(value: float) -> str | None:
        return _proved_grade(
            *(value if count is None else count for count in counts),
            is_cri_defined=not patient.is_mrd_positive,
        )

    # A missing count meets no bound; where no grade is proved but it could give
    # one, the assessment is not gradable.
    proved = grade_where_missing_is(-inf)
    if proved is None and grade_where_missing_is(inf) is None:
        return "none"
    return proved


def graded_marrows(patient: Patient) -> list[tuple[date, str | None]]:
    """Each marrow after index and by the end of follow-up, with its grade."""
    end = end_of_follow_up(patient).day
    return sorted(
        (
            (marrow["assessment_date"], grade(patient, marrow))
            for marrow in patient.rows("marrow_assessments")
            if patient.index_date < marrow["assessment_date"] <= end
        ),
        key=lambda graded: graded[0],
    )


@dataclass(frozen=True)
class Remission:
    """P8a: from the first day to the day before the relapse, if there is one."""

    first_day: date
    last_day: date
    relapse: Happening | None


def _signs_of_relapse(patient: Patient) -> list[Happening]:
    # P18: > 5% blasts in the marrow, an extramedullary `yes` of any site, or what
    # the site reports; a molecular relapse is no event.
    found = [
        Happening(row["assessment_date"], row)
        for row in patient.rows("marrow_assessments")
        if row["blast_percent"] is not None and row["blast_percent"] > 5
    ]
    found += [
        Happening(row["assessment_date"], row)
        for row in patient.rows("extramedullary_assessments")
        if row["involvement"] == "yes"
    ]
    found += [
        Happening(day, row)
        for row in reported_relapses(patient)
        if (day := relapse_date(patient, row).day) is not None
    ]
    end = end_of_follow_up(patient).day
    return [sign for sign in found if sign.day <= end]


def reported_relapses(patient: Patient) -> list[Row]:
    """P18: relapses reported by the site, but molecular ones."""
    return [
        row for row in patient.rows("relapses") if row["relapse_type"] != "molecular"
    ]


def relapse_date(patient: Patient, relapse: Row):
    """P20: not before that month's latest marrow with at most 5% blasts."""
    delivered, not_before = relapse["relapse_date"], date.min
    if delivered is not None and delivered.precision == "month":
        not_before = max(
            (
                day
                for day in _clean_marrows(patient)
                if delivered.first <= day <= delivered.last
                and day <= patient.data_cutoff_date
            ),
            default=date.min,
        )
    return event_date(patient, delivered, not_before=not_before)


def _clean_marrows(patient: Patient) -> list[date]:
    return sorted(
        row["assessment_date"]
        for row in patient.rows("marrow_assessments")
        if row["blast_percent"] is not None and row["blast_percent"] <= 5
    )


def _days_of_recovery(patient: Patient) -> list[date]:
    # P8a: days after index that begin a remission: R/R by a grade, MRD+ by a marrow
    # with at most 5% blasts.
    end = end_of_follow_up(patient).day
    if patient.is_mrd_positive:
        return [d for d in _clean_marrows(patient) if patient.index_date < d <= end]
    return [day for day, graded in graded_marrows(patient) if graded in GRADES]


def _is_in_remission_at_index(patient: Patient) -> bool:
    # P8a, MRD+ only: unless the last marrow with a value by then has > 5% blasts.
    if not patient.is_mrd_positive:
        return False
    blasts = latest_blasts(patient)
    return blasts is None or blasts[1] <= 5


def latest_blasts(patient: Patient) -> tuple[date, float] | None:
    """P27: the latest non-missing marrow on or before the index date."""
    return max(
        (
            (row["assessment_date"], row["blast_percent"])
            for row in patient.rows("marrow_assessments")
            if row["blast_percent"] is not None
            and row["assessment_date"] <= patient.index_date
        ),
        default=None,
    )


@lru_cache
def remissions(patient: Patient) -> list[Remission]:
    """P8a: remissions in order; each ends the day before its relapse (P18)."""
    starts = _days_of_recovery(patient)
    if _is_in_remission_at_index(patient):
        starts.insert(0, patient.index_date)
    signs, found, relapsed_on = _signs_of_relapse(patient), [], date.min
    while later := [day for day in starts if day > relapsed_on]:
        first_day = later[0]
        relapse = earliest([sign for sign in signs if sign.day > first_day])
        if relapse is None:
            found.append(Remission(first_day, end_of_follow_up(patient).day, None))
            break
        found.append(Remission(first_day, relapse.day - days(1), relapse))
        relapsed_on = relapse.day
    return found


def remission_on(patient: Patient, day: date) -> Remission | None:
    """The remission that a day falls in."""
    for remission in remissions(patient):
        if remission.first_day <= day <= remission.last_day:
            return remission
    return None


def first_relapse(patient: Patient) -> Happening | None:
    """P18: the earliest relapse after the first day of a remission."""
    return next((r.relapse for r in remissions(patient) if r.relapse), None)


def has_undated_relapse(patient: Patient) -> bool:
    """P20: a reported relapse without a day that may be the (earlier) event.

    It decides nothing without a remission, or where its possible days all lie on or
    before the first day in remission or after the end of follow-up.
    """
    spells = remissions(patient)
    if not spells:
        return False
    first, last = spells[0].first_day + days(1), end_of_follow_up(patient).day
    return any(
        relapsed.day is None
        and max(relapsed.earliest, first) <= min(relapsed.latest, last)
        for relapsed in (
            relapse_date(patient, row) for row in reported_relapses(patient)
        )
    )
