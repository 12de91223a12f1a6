"""Small numbers: a study of which nothing is published but rounded counts.

Masking single cells leaves differences to take: of a total and its parts, of two
populations, of a curve before and after a step. Here every count becomes a multiple
of the smallest count that may be shown, or says that it is below, and every estimate
is made again from these counts alone; where a count is masked, so is what it decides.
Whatever sums or differences an attacker takes of multiples of 5 are multiples of 5,
and a curve gives back the rounded counts that it was made from. What roundings that
must add up still narrow to a small count is left out, with the counts that it adds up
with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import nan
from typing import Any

from survival.disclosure.counts import WITHHELD, Key, rounded
from survival.disclosure.rounded_curves import rounded_group
from survival.disclosure.suppression import showable, too_narrow
from survival.formatting import Masked
from survival.groups import Record
from survival.proportions import exact_limits
from survival.study import Study

# Columns that count patients or records, by table.
COUNTS = {
    "cohort_attrition": ("n_in", "n_excluded", "n_unknown", "n_out"),
    "table_one": ("numerator", "denominator"),
    "response_summary": ("numerator", "denominator"),
    "outcome_summary": ("numerator", "denominator"),
    "analysis_populations": ("n",),
    "reconciliation": ("n_delivered", "n_accepted", "n_collapsed", "n_quarantined"),
    "findings": ("n",),
    "imputed_dates": ("n_given", "n_imputed", "n_missing"),
}
# A row of these is there because there is something to count.
LISTED = ("analysis_populations", "findings", "imputed_dates")
ESTIMATES = ("numerator", "denominator", "value", "percent", "ci_low", "ci_high")
TABLE_ONE_KEY = ("population", "subset", "variable", "level")
RESPONSE_KEY = ("population", "subset", "response_window", "measure")
OUTCOME_KEY = ("population", "subset", "measure")
# The values of single patients.
SINGLE = ("min", "max")
# Quartiles with fewer patients than this many times the smallest count between them
# are nearly values of single patients.
QUARTERS = 4


def masked(study: Study, *, smallest: int, first: Sequence[str] = ()) -> Study:
    """The study with every count rounded and every estimate made from rounded counts.

    Parameters
    ----------
    study : Study
    smallest : int, keyword-only
        The smallest count that may be shown, at least 2.
    first : sequence of str, keyword-only
        Analyses to show rather than others, where not all can be shown together.

    Returns
    -------
    Study
        A group of fewer than `smallest` patients is not in it, nor an analysis that
        would give one away together with others.
    """
    tables = dict(study.tables)
    for name in LISTED:
        tables[name] = list(_large_enough(tables[name], COUNTS[name], smallest))
    for name, columns in COUNTS.items():
        tables[name] = [_masked_record(row, columns, smallest) for row in tables[name]]
    tables["table_one"] = [
        _masked_value(row, exact, smallest)
        for row, exact in zip(
            tables["table_one"], study.tables["table_one"], strict=True
        )
    ]
    # A number that agrees with the paper's to the last digit is an exact count again.
    tables["published_comparison"] = [
        {**row, "derived": None, "derived_value": nan}
        for row in tables["published_comparison"]
    ]
    groups = {}
    for analysis_id, members in study.groups.items():
        coarse_groups = [rounded_group(group, study, smallest) for group in members]
        if found := tuple(group for group in coarse_groups if group is not None):
            groups[analysis_id] = found
    coarse = replace(study, tables=tables, groups=groups, smallest=smallest)
    shown = showable(coarse, study, smallest=smallest, first=first)
    # A naive curve never stands without the landmark version beside it.
    kept = {name: groups[name] for name in shown if _has_company(study, name, shown)}
    coarse = replace(coarse, groups=kept)
    return _without(coarse, too_narrow(coarse, study, smallest=smallest))


def _has_company(study: Study, name: str, shown: Sequence[str]) -> bool:
    landmarks = study.landmarks_of(study.groups[name][0].analysis)
    there = [found for found in landmarks if found in study.groups]
    return not there or any(found in shown for found in there)


def _large_enough(
    rows: Iterable[Record], columns: Sequence[str], smallest: int
) -> Iterable[Record]:
    return (row for row in rows if sum(row[name] for name in columns) >= smallest)


def _without(study: Study, out: set[Key]) -> Study:
    """The study without the counts of these keys."""
    tables = dict(study.tables)
    tables["table_one"] = [
        _blank(row) if ("table_one", *_key(row, TABLE_ONE_KEY)) in out else row
        for row in tables["table_one"]
    ]
    for kind, name, columns in (
        ("responses", "response_summary", RESPONSE_KEY),
        ("outcomes", "outcome_summary", OUTCOME_KEY),
    ):
        tables[name] = [
            _blank(row)
            if {(kind, *_key(row, columns)), (f"of_{kind}", *_key(row, columns))} & out
            else row
            for row in tables[name]
        ]
    for kind, name, column in (
        ("attrition", "cohort_attrition", "step"),
        ("records", "reconciliation", "table_name"),
    ):
        cells = _of(out, kind)
        tables[name] = [
            _blank(row, [cell for _, key, cell in cells if key == row[column]])
            for row in tables[name]
        ]
    tables["analysis_populations"] = [
        row
        for row in tables["analysis_populations"]
        if ("left_out", row["analysis_id"], row["reason"]) not in out
    ]
    gone = {name for _, name, _ in _of(out, "analysed")}
    groups = {name: found for name, found in study.groups.items() if name not in gone}
    return replace(study, tables=tables, groups=groups)


def _of(keys: set[Key], kind: str) -> list[tuple]:
    return [key for key in keys if key[0] == kind]


def _key(row: Record, columns: Iterable[str]) -> tuple:
    return tuple(row[name] for name in columns)


def _blank(row: Record, columns: Iterable[str] = ESTIMATES) -> Record:
    return {name: WITHHELD if name in columns else value for name, value in row.items()}


def _masked_record(row: Record, columns: Iterable[str], smallest: int) -> Record:
    counts: Record = {
        name: None if row[name] is None else rounded(row[name], smallest=smallest)
        for name in columns
    }
    found: Record = {**row, **counts}
    if "percent" in row:
        found["percent"] = _share(counts["numerator"], counts["denominator"])
    if "ci_low" in row:
        limits: list[Any] = [WITHHELD, WITHHELD]
        if not isinstance(found["percent"], Masked):
            proportions = exact_limits(counts["numerator"], counts["denominator"])
            limits = [limit and 100 * limit for limit in proportions]
        found["ci_low"], found["ci_high"] = limits
    return found


def _share(
    numerator: int | Masked | None, denominator: int | Masked | None
) -> float | Masked:
    """A percentage of rounded counts, which never say that it is all or nobody."""
    if isinstance(numerator, Masked) or isinstance(denominator, Masked):
        return WITHHELD
    if numerator is None or not denominator:
        return nan
    return WITHHELD if numerator >= denominator else 100 * numerator / denominator


def _masked_value(row: Record, exact: Record, smallest: int) -> Record:
    if row["statistic"] == "count":
        return {**row, "value": row["numerator"]}
    if row["statistic"] == "percent":
        return {**row, "value": _share(row["numerator"], row["denominator"])}
    is_few = (exact["denominator"] or 0) < QUARTERS * smallest
    is_single = row["statistic"] in SINGLE
    return {**row, "value": WITHHELD} if is_single or is_few else row


def largest_shift(study: Study, released: Study) -> float:
    """How far masking moves a survival curve at most, in percent, on the grid."""
    largest = 0.0
    for analysis_id, groups in released.groups.items():
        known = {group.stratum: group for group in study.groups[analysis_id]}
        for group in groups:
            exact = known[group.stratum].days
            for day in group.days:
                past = [row for row in exact if row.time_days <= day.time_days]
                there = past[-1].curves["survival"].estimate
                shown = day.curves["survival"]
                if shown.is_estimable:
                    largest = max(largest, 100 * abs(there - shown.estimate))
    return largest
