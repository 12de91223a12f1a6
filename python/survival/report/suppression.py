"""Which rounded counts must be left out, because sums would narrow them too far."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace

from survival.report.bounds import Interval, known_small, tightened, window
from survival.report.cohort import SALVAGE_SUBSETS, TABLE_ONE_POPULATIONS
from survival.report.study import Study

PARENTS = {
    "all": ("mrd_pos", "rr"),
    "mrd_pos": ("mrd_pos_ph_neg", "mrd_pos_ph_pos"),
    "rr": ("rr_ph_neg", "rr_ph_pos"),
}
# Variables of Table 1 whose levels add up to the patients.
PARTITIONS = (
    "sex",
    "disease_status",
    "prior_salvage",
    "any_prior_salvage",
    "cr_number",
    "marrow_blasts",
    "hsct_before_blinatumomab",
    "cr_crh_cri_at_frontline",
)
FLOWS = ("attrition", "records", "left_out", "analysed")
RECORDS = ("n_delivered", "n_accepted", "n_collapsed", "n_quarantined")
STATUSES = (("persistent_mrd", "mrd_relapse"), ("relapsed", "refractory"))
RESPONSE_SUMS = (
    ("overall_mrd_response", ("complete_mrd_response", "mrd_response")),
    ("mrd_evaluable", ("overall_mrd_response", "persistent_mrd", "mrd_relapse")),
    ("cr_crh_cri", ("cr", "crh", "cri")),
)
Sum = tuple[Hashable, tuple[Hashable, ...]]


def too_narrow(study: Study, exact: Study, *, smallest: int) -> set[Hashable]:
    """Keys of the counts of tables to leave out, where all counts are rounded.

    As long as some count is known to be small, the counts that one is a sum with are
    left out with it, and what is left is attacked again.
    """
    published, sums = _system(study, exact, _table_counts, smallest)
    out: set[Hashable] = set()
    while True:
        kept: dict[Hashable, Interval] = {
            key: found for key, found in published.items() if key not in out
        }
        small = known_small(tightened(kept, sums), smallest=smallest)
        if not small:
            return out
        out |= _kept_out(set(small), sums, set(kept))


def _kept_out(
    small: set[Hashable], sums: Sequence[Sum], kept: set[Hashable]
) -> set[Hashable]:
    """The kept counts to leave out next, because they narrow a small one.

    The parts go, the whole may stay: it tells of none of them. The patients of a curve
    stay as long as others can go.
    """
    found = small & kept
    for whole, parts in sums:
        if {whole, *parts} & small:
            others = {part for part in parts if part[0] != "analysed"} & kept
            found |= others or set(parts) & kept or {whole} & kept
    return found


def showable(
    study: Study, exact: Study, *, smallest: int, first: Sequence[str]
) -> list[str]:
    """Ids of the analyses that can be shown together, those of `first` before others.

    An analysis is left out if its rounded counts, with those of the analyses that are
    shown already, would narrow a count of a few: of a population that is the rest of
    two others, of a stratum, of a step.
    """
    wanted = [name for name in first if name in study.groups]
    wanted += [name for name in study.groups if name not in first]
    shown: list[str] = []
    for name in wanted:
        related = [other for other in shown if _family(other) == _family(name)]
        members = {key: study.groups[key] for key in (*related, name)}
        together = replace(study, groups=members)
        published, sums = _system(together, exact, _curve_counts, smallest)
        if not known_small(tightened(published, sums), smallest=smallest):
            shown.append(name)
    return shown


def _family(analysis_id: str) -> str:
    """The analysis without its population and what splits all of its patients."""
    return re.sub(r"__by_\w+?(?=__landmark|$)", "", analysis_id.partition("__")[2])


def _system(study: Study, exact: Study, counts: Callable, smallest: int):
    """The windows of what is published, and the sums that hold.

    A sum that does not hold in the exact counts tells an attacker nothing.
    """
    published: dict[Hashable, Interval] = {
        key: window(count, smallest=smallest)
        for key, count in counts(study, study)
        if count is not None
    }
    true = dict(counts(study, exact))
    sums = [
        (whole, parts)
        for whole, parts in _sums(study, published)
        if not {whole, *parts} <= true.keys()
        or true[whole] == sum(true[part] for part in parts)
    ]
    return published, sums


def _table_counts(_: Study, study: Study) -> Iterator[tuple[Hashable, int | None]]:
    """Every count that the tables print, by a key of its own."""
    for key, row in study.table_one.items():
        *place, statistic = key
        if statistic == "count" and _is_shown(*place[:3]):
            yield ("table_one", *place), row["numerator"]
    for key, row in study.responses.items():
        if key[0] in TABLE_ONE_POPULATIONS:
            yield ("responses", *key), row["numerator"]
            yield ("of_responses", *key), row["denominator"]
    for row in study.tables["outcome_summary"]:
        key = (row["population"], row["subset"], row["measure"])
        if key[0] in TABLE_ONE_POPULATIONS:
            yield ("outcomes", *key), row["numerator"]
            yield ("of_outcomes", *key), row["denominator"]
    for row in study.tables["cohort_attrition"]:
        for column in ("n_in", "n_excluded", "n_unknown", "n_out"):
            yield ("attrition", row["step"], column), row[column]
    for row in study.tables["reconciliation"]:
        for column in RECORDS:
            yield ("records", row["table_name"], column), row[column]
    for row in study.tables["analysis_populations"]:
        if row["reason"] != "analysed" and "__by_" not in row["analysis_id"]:
            yield ("left_out", row["analysis_id"], row["reason"]), row["n"]
    for analysis_id, groups in study.groups.items():
        for group in groups:
            if "__by_" not in analysis_id:
                yield ("analysed", analysis_id, group.stratum), group.n


def _curve_counts(grid: Study, study: Study) -> Iterator[tuple[Hashable, int]]:
    """Patients of each group, and how many had left by each day of the grid."""
    for analysis_id, groups in grid.groups.items():
        known = {group.stratum: group for group in study.groups[analysis_id]}
        for group in groups:
            key = (analysis_id, group.stratum)
            found = known[group.stratum]
            yield ("n", *key), found.n
            for day in group.days[1:]:
                gone = [row for row in found.days if row.time_days <= day.time_days]
                for kind in range(3):
                    total = sum(row[2 + kind] for row in gone)
                    yield ("left", *key, day.time_days, kind), total


def _is_shown(population: str, subset: str, variable: str) -> bool:
    if population not in TABLE_ONE_POPULATIONS:
        return False
    return subset == "all" or (
        subset in SALVAGE_SUBSETS and variable == "prior_salvage"
    )


def _sums(study: Study, published: dict[Hashable, Interval]) -> Iterator[Sum]:
    families = defaultdict(list)
    for key in published:
        kind, population, *rest = key
        if kind in ("n", "left"):
            yield from _curve_sums(study, key, published)
        if kind in ("n", "left", *FLOWS):
            continue
        for part in PARENTS.get(population, ())[:1]:
            parts = tuple((kind, name, *rest) for name in PARENTS[population])
            if (kind, part, *rest) in published:
                yield key, parts
        if kind == "table_one" and rest[1] in PARTITIONS:
            families[population, rest[0], rest[1]].append(key)
        if kind in ("responses", "outcomes"):
            # Who did not: nobody prints them, but they are a difference.
            yield (f"of_{kind}", population, *rest), (key, ("rest", *key))
    for (population, subset, _), levels in families.items():
        patients = ("table_one", population, subset, "patients", "all")
        if patients in published:
            yield patients, tuple(levels)
    yield from _status_sums(published)
    yield from _response_sums(published)
    yield from _flow_sums(study, published)


def _flow_sums(study: Study, published: dict[Hashable, Interval]) -> Iterator[Sum]:
    """Who goes in is who leaves and who stays: step by step, and file by file."""
    keys = [key for key in published if key[0] in FLOWS]
    steps = sorted({key[1] for key in keys if key[0] == "attrition"})
    for step in steps:
        n_in, n_excluded, n_unknown, n_out = (
            ("attrition", step, name)
            for name in ("n_in", "n_excluded", "n_unknown", "n_out")
        )
        yield n_in, (n_excluded, n_out)
        yield n_excluded, (n_unknown, ("known", step))
        if step + 1 in steps:
            yield n_out, (("attrition", step + 1, "n_in"),)
        else:
            yield n_out, tuple(_patients(name) for name in TABLE_ONE_POPULATIONS[1:])
    for name in sorted({key[1] for key in keys if key[0] == "records"}):
        whole, *parts = (("records", name, column) for column in RECORDS)
        yield whole, tuple(parts)
    reasons = defaultdict(list)
    for key in keys:
        if key[0] == "left_out":
            reasons[key[1]].append(key)
    for analysis in study.analyses:
        name = analysis.analysis_id
        analysed = ("analysed", name, "all")
        if analysed in published:
            yield _patients(analysis.population), (analysed, *reasons[name])


def _patients(population: str) -> Hashable:
    return ("table_one", population, "all", "patients", "all")


def _status_sums(published: dict[Hashable, Interval]) -> Iterator[Sum]:
    for key in published:
        if key[0] != "table_one" or key[2] != "all":
            continue
        pair = STATUSES[0] if key[1].startswith("mrd_pos") else STATUSES[1]
        parts = tuple((*key[:2], subset, *key[3:]) for subset in pair)
        if key[1] != "all" and set(parts) <= published.keys():
            yield key, parts


def _response_sums(published: dict[Hashable, Interval]) -> Iterator[Sum]:
    for key in published:
        if key[0] != "responses":
            continue
        for whole, parts in RESPONSE_SUMS:
            found = tuple((*key[:-1], part) for part in parts)
            if key[-1] == whole and set(found) <= published.keys():
                yield key, found
        if key[2] == "all":
            parts = tuple((*key[:2], name, *key[3:]) for name in ("cr1", "cr2_plus"))
            if set(parts) <= published.keys():
                yield key, parts


def _curve_sums(
    study: Study, key: tuple, published: dict[Hashable, Interval]
) -> Iterator[Sum]:
    kind, analysis_id, stratum, *rest = key
    population, _, suffix = analysis_id.partition("__")
    if population in PARENTS:
        parts = tuple(
            (kind, f"{name}__{suffix}", stratum, *rest) for name in PARENTS[population]
        )
        if set(parts) <= published.keys():
            yield key, parts
    for split, groups in study.groups.items() if stratum == "all" else ():
        parts = tuple((kind, split, group.stratum, *rest) for group in groups)
        is_split = split.startswith(f"{analysis_id}__by_")
        if is_split and set(parts) <= published.keys():
            yield key, parts
    if kind == "left":
        before = _before(study, key)
        step = ("step", *key[1:])
        yield key, ((before, step) if before in published else (step,))


def _before(study: Study, key: tuple) -> Hashable:
    """The same count one step of the grid earlier."""
    _, analysis_id, stratum, day, kind = key
    for group in study.groups_of(analysis_id):
        if group.stratum == stratum:
            earlier = [d.time_days for d in group.days[1:] if d.time_days < day]
            return ("left", analysis_id, stratum, max(earlier, default=-1), kind)
    return None
