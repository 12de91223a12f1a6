"""Which rounded counts must be left out, because sums would narrow them too far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from survival.analysis import ALL, Analysis
from survival.disclosure.bounds import known_small, tightened
from survival.disclosure.counts import WITHHELD, Interval, Key, window
from survival.formatting import Masked
from survival.study import Study

FLOWS = ("attrition", "records", "left_out", "analysed")
RECORDS = ("n_delivered", "n_accepted", "n_collapsed", "n_quarantined")
KINDS = ("n_event", "n_competing", "n_censored")
Sum = tuple[Key, tuple[Key, ...]]
Counted = Iterator[tuple[Key, int | Masked | None]]


def too_narrow(study: Study, exact: Study, *, smallest: int) -> set[Key]:
    """Keys of the counts of tables to leave out, where all counts are rounded.

    As long as some count is known to be small, the counts that one is a sum with are
    left out with it, and what is left is attacked again.
    """
    published, sums = _system(study, exact, _table_counts, smallest)
    out: set[Key] = set()
    while True:
        kept = {key: found for key, found in published.items() if key not in out}
        small = known_small(tightened(kept, sums), smallest=smallest)
        if not small:
            return out
        out |= _kept_out(set(small), sums, set(kept))


def _kept_out(small: set[Key], sums: Sequence[Sum], kept: set[Key]) -> set[Key]:
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
    families: dict[tuple, list[str]] = defaultdict(list)
    for name in wanted:
        family = families[_family(study.groups[name][0].analysis)]
        members = {key: study.groups[key] for key in (*family, name)}
        together = replace(study, groups=members)
        published, sums = _system(together, exact, _curve_counts, smallest)
        if not known_small(tightened(published, sums), smallest=smallest):
            shown.append(name)
            family.append(name)
    return shown


def _family(analysis: Analysis) -> tuple:
    """What analyses share whose patients add up: all but population and strata."""
    return analysis.endpoint, analysis.censoring_rule, analysis.landmark_day


def _system(
    study: Study,
    exact: Study,
    counts: Callable[[Study, Study], Counted],
    smallest: int,
) -> tuple[dict[Key, Interval], list[Sum]]:
    """The windows of what is published, and the sums that hold.

    A sum that does not hold in the exact counts tells an attacker nothing.
    """
    published: dict[Key, Interval] = {
        key: window(count, smallest=smallest)
        for key, count in counts(study, study)
        if count is not None and count != WITHHELD
    }
    true: dict[Key, Any] = dict(counts(study, exact))
    sums = [
        (whole, parts)
        for whole, parts in _sums(study, published)
        if not {whole, *parts} <= true.keys()
        or true[whole] == sum(true[part] for part in parts)
    ]
    return published, sums


def _table_counts(grid: Study, study: Study) -> Counted:
    """Every count that the tables print, by a key of its own."""
    in_tables = {row["population"] for row in grid.table_populations}
    for key, row in study.table_one.items():
        *place, statistic = key
        is_printed = key[0] in in_tables and grid.is_in_table_one(*place[1:3])
        # How many they are stands beside the main results of every population.
        is_printed |= tuple(place[1:]) == (ALL, "patients", ALL)
        if statistic == "count" and is_printed:
            yield ("table_one", *place), row["numerator"]
    for key, row in study.responses.items():
        yield ("responses", *key), row["numerator"]
        yield ("of_responses", *key), row["denominator"]
    for row in study.tables["outcome_summary"]:
        key = (row["population"], row["subset"], row["measure"])
        if key[0] in in_tables:
            yield ("outcomes", *key), row["numerator"]
            yield ("of_outcomes", *key), row["denominator"]
    yield from _flow_counts(study)


def _flow_counts(study: Study) -> Counted:
    """Those of the steps from records and patients to each analysis."""
    for row in study.tables["cohort_attrition"]:
        for column in ("n_in", "n_excluded", "n_unknown", "n_out"):
            yield ("attrition", row["step"], column), row[column]
    for row in study.tables["reconciliation"]:
        for column in RECORDS:
            yield ("records", row["table_name"], column), row[column]
    whole = {
        name for name, found in study.analyses_by_id.items() if not found.has_strata
    }
    for row in study.tables["analysis_populations"]:
        if row["reason"] != "analysed" and row["analysis_id"] in whole:
            yield ("left_out", row["analysis_id"], row["reason"]), row["n"]
    for analysis_id, groups in study.groups.items():
        for group in groups:
            if analysis_id in whole:
                yield ("analysed", analysis_id, group.stratum), group.n


def _curve_counts(grid: Study, study: Study) -> Counted:
    """Patients of each group, and how many had left by each day of the grid."""
    for analysis_id, groups in grid.groups.items():
        known = {group.stratum: group for group in study.groups[analysis_id]}
        for group in groups:
            key = (analysis_id, group.stratum)
            found = known[group.stratum]
            yield ("n", *key), found.n
            for day in group.days[1:]:
                gone = [row for row in found.days if row.time_days <= day.time_days]
                for kind in KINDS:
                    total = sum(getattr(row, kind) for row in gone)
                    yield ("left", *key, day.time_days, kind), found.shown(total)


def _sums(study: Study, published: dict[Key, Interval]) -> Iterator[Sum]:
    levels = defaultdict(list)
    for key in published:
        kind, place, *rest = key
        if kind in ("n", "left"):
            yield from _curve_sums(study, key, published)
        if kind in ("n", "left", *FLOWS):
            continue
        parts = tuple((kind, name, *rest) for name in study.children(place))
        if set(parts) & published.keys():
            yield key, parts
        if kind == "table_one":
            levels[place, rest[0], rest[1]].append(key)
        if kind in ("responses", "outcomes"):
            # Who did not: nobody prints them, but they are a difference.
            yield (f"of_{kind}", place, *rest), (key, ("rest", *key))
        yield from _subset_sums(study, key, published)
    for (population, subset, _), found in levels.items():
        patients = ("table_one", population, subset, "patients", ALL)
        if patients in published:
            yield patients, tuple(found)
    yield from _response_sums(study, published)
    yield from _flow_sums(study, published)


def _subset_sums(
    study: Study, key: tuple, published: dict[Key, Interval]
) -> Iterator[Sum]:
    """A population is the sum of the subsets that split it."""
    kind, population, subset, *rest = key
    mart = {"table_one": "table_one", "responses": "response_summary"}.get(kind)
    if subset != ALL or mart is None:
        return
    for subsets in study.partitions(mart, population):
        parts = tuple((kind, population, name, *rest) for name in subsets)
        if set(parts) <= published.keys():
            yield key, parts


def _response_sums(study: Study, published: dict[Key, Interval]) -> Iterator[Sum]:
    """A measure is the sum of those of its outcomes; all are those assessed."""
    outcomes = defaultdict(set)
    assessed = {}
    for row in study.tables["response_measures"]:
        outcomes[row["measure"]].add(row["outcome"])
        assessed[row["measure"]] = row["assessment"]
    single = {
        (assessed[name], *found): name
        for name, found in outcomes.items()
        if len(found) == 1
    }
    for key in published:
        if key[0] != "responses":
            continue
        measure = key[-1]
        wanted = [(assessed[measure], one) for one in outcomes[measure]]
        names = [single[one] for one in wanted if one in single]
        if len(names) == len(wanted) > 1:
            yield key, tuple((*key[:-1], name) for name in sorted(names))
        every = sorted(
            name for (kind, _), name in single.items() if kind == assessed[measure]
        )
        whole = ("of_responses", *key[1:])
        yield whole, tuple((*key[:-1], name) for name in every)


def _flow_sums(study: Study, published: dict[Key, Interval]) -> Iterator[Sum]:
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
            yield n_out, (_patients(ALL),)
    for name in sorted({key[1] for key in keys if key[0] == "records"}):
        whole, *parts = (("records", name, column) for column in RECORDS)
        yield whole, tuple(parts)
    reasons = defaultdict(list)
    for key in keys:
        if key[0] == "left_out":
            reasons[key[1]].append(key)
    for analysis in study.analyses:
        name = analysis.analysis_id
        analysed = ("analysed", name, ALL)
        if analysed in published:
            others = ("others", name)
            yield _patients(analysis.population), (analysed, *reasons[name], others)


def _patients(population: str) -> Key:
    return ("table_one", population, ALL, "patients", ALL)


def _curve_sums(
    study: Study, key: tuple, published: dict[Key, Interval]
) -> Iterator[Sum]:
    kind, analysis_id, stratum, *rest = key
    analysis = study.analyses_by_id[analysis_id]
    children = study.children(analysis.population)
    parts, split = [], defaultdict(list)
    for name, groups in study.groups.items():
        other = study.analyses_by_id[name]
        is_same = other.stratum_variable == analysis.stratum_variable
        if is_same and other.population in children:
            parts.append((kind, name, stratum, *rest))
        if other.has_strata and other.population == analysis.population:
            split[name] = [(kind, name, group.stratum, *rest) for group in groups]
    if len(parts) == len(children) > 0 and set(parts) <= published.keys():
        yield key, tuple(parts)
    for found in split.values() if not analysis.has_strata else ():
        if set(found) <= published.keys():
            yield key, tuple(found)
    if kind == "left":
        before = _before(study, key)
        step = ("step", *key[1:])
        yield key, ((before, step) if before in published else (step,))


def _before(study: Study, key: tuple) -> Key | None:
    """The same count one step of the grid earlier."""
    _, analysis_id, stratum, day, kind = key
    for group in study.groups_of(analysis_id):
        if group.stratum == stratum:
            earlier = [d.time_days for d in group.days[1:] if d.time_days < day]
            return ("left", analysis_id, stratum, max(earlier, default=-1), kind)
    return None
