"""Small numbers: a study of which nothing is published but rounded counts.

Masking single cells leaves differences to take: of a total and its parts, of two
populations, of a curve before and after a step. Here every count becomes a multiple
of the smallest count that may be shown, and every estimate is made again from these
counts alone. Whatever sums or differences an attacker takes of multiples of 5 are
multiples of 5, and a curve gives back the rounded counts that it was made from. What
roundings that must add up still narrow to a small count is left out, with the counts
that it adds up with.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace

from survival.proportions import exact_limits
from survival.report.coarse import coarse_group, rounded
from survival.report.study import Record, Study
from survival.report.suppression import showable, too_narrow

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
        A group of fewer than half of `smallest` patients is not in it, nor an
        analysis that would give one away together with others.
    """
    tables = dict(study.tables)
    for name, columns in COUNTS.items():
        tables[name] = [_masked_record(row, columns, smallest) for row in tables[name]]
    tables["table_one"] = [_masked_value(row, smallest) for row in tables["table_one"]]
    # A number that agrees with the paper's to the last digit is an exact count again.
    tables["published_comparison"] = [
        {**row, "derived": None, "derived_value": None}
        for row in tables["published_comparison"]
    ]
    groups = {}
    for analysis_id, members in study.groups.items():
        kept = [coarse_group(group, study, smallest) for group in members]
        if found := tuple(group for group in kept if group is not None):
            groups[analysis_id] = found
    coarse = replace(study, tables=tables, groups=groups, smallest=smallest)
    shown = showable(coarse, study, smallest=smallest, first=first)
    # A naive curve never stands without the landmark version beside it.
    alone = {name for name in shown if f"{name}__landmark" in study.groups}
    alone = {name for name in alone if f"{name}__landmark" not in shown}
    kept = {name: groups[name] for name in shown if name not in alone}
    coarse = replace(coarse, groups=kept)
    return _without(coarse, too_narrow(coarse, study, smallest=smallest))


def _without(study: Study, out: set[Hashable]) -> Study:
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
        _blank(row, ["n"])
        if ("left_out", row["analysis_id"], row["reason"]) in out
        else row
        for row in tables["analysis_populations"]
    ]
    gone = {name for _, name, _ in _of(out, "analysed")}
    groups = {name: found for name, found in study.groups.items() if name not in gone}
    return replace(study, tables=tables, groups=groups)


def _of(keys: set[Hashable], kind: str) -> list[tuple]:
    return [key for key in keys if key[0] == kind]


def _key(row: Record, columns: Iterable[str]) -> tuple:
    return tuple(row[name] for name in columns)


def _blank(row: Record, columns: Iterable[str] = ESTIMATES) -> Record:
    return {name: None if name in columns else value for name, value in row.items()}


def _masked_record(row: Record, columns: Iterable[str], smallest: int) -> Record:
    counts = {name: rounded(row[name], smallest=smallest) for name in columns}
    found = {**row, **counts}
    if "numerator" not in counts:
        return found
    numerator, denominator = counts["numerator"], counts["denominator"]
    if "percent" in row:
        known = numerator is not None and denominator
        found["percent"] = 100 * numerator / denominator if known else None
    if "ci_low" in row:
        limits = _exact_limits(numerator, denominator)
        found["ci_low"], found["ci_high"] = limits
    return found


def _exact_limits(
    numerator: int | None, denominator: int | None
) -> tuple[float | None, float | None]:
    if numerator is None or not denominator:
        return None, None
    low, high = exact_limits(numerator, denominator)
    return 100 * low, 100 * high


def _masked_value(row: Record, smallest: int) -> Record:
    if row["statistic"] == "count":
        return {**row, "value": row["numerator"]}
    if row["statistic"] == "percent":
        return {**row, "value": None}
    is_few = (row["denominator"] or 0) < QUARTERS * smallest
    is_single = row["statistic"] in SINGLE
    return {**row, "value": None} if is_single or is_few else row


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
                shift = abs(there - day.curves["survival"].estimate)
                largest = max(largest, 100 * shift)
    return largest
