"""No word of a definition is undefined: each names what a row or the derivation makes.

The seed `vocabularies` says of each column of a seed which words it may hold; the words
that SQL makes or reads by name are rows, too (`derived_words`, `event_types`).
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from delivery.contract import delivery_contract
from delivery.definitions import PROJECT, seed_file, seed_folders, studies

from building.parameters import parameter_faults, parameter_types

Row = dict[str, str]
Seeds = dict[str, list[Row]]

# A word that its own column defines, and a text for readers.
NEW, TEXT = "new", "text"
_SHOWN = 12
_MOST_FAULTS = 10
_SOURCE = re.compile(r"(\w+)\.(\w+)(?: where (.+?))?(?: as (\S+))?")
_TYPED = {
    "int": (re.compile(r"-?[0-9]+"), "a whole number"),
    "double": (re.compile(r"-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?"), "a number"),
    "boolean": (re.compile("true|false"), "true or false"),
}


@dataclass(frozen=True)
class Source:
    """Where words stand: a column, in the rows that the conditions leave."""

    relation: str
    column: str
    conditions: tuple[tuple[str, str], ...]
    pattern: str

    def words(self, tables: "Tables", row: Row) -> list[str]:
        """The words that a row may name; ``{column}`` is a value of that row."""
        wanted = tuple((name, value.format(**row)) for name, value in self.conditions)
        return tables.words(self, wanted)


class Tables:
    """Where words are made: the seeds, and what `made_elsewhere` adds."""

    def __init__(self, seeds: Seeds) -> None:
        self.rows = seeds | made_elsewhere(seeds)
        self._found: dict[tuple, list[str]] = {}

    def words(self, source: Source, wanted: tuple[tuple[str, str], ...]) -> list[str]:
        """The words of a source in the rows that are wanted."""
        key = (source, wanted)
        if key not in self._found:
            self._found[key] = [
                source.pattern.replace("*", row[source.column])
                for row in self.rows[source.relation]
                if row[source.column]
                and all(row[name] == value for name, value in wanted)
            ]
        return self._found[key]


@dataclass(frozen=True)
class Reference:
    """What a column of a seed may hold, in the rows that a condition leaves."""

    seed: str
    column: str
    part: str
    conditions: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]
    is_complete: bool

    def cells(self, row: Row) -> list[str]:
        """The words in this column of a row: the cell, or a named part of it."""
        if any(row[name] != value for name, value in self.conditions):
            return []
        cell = row[self.column]
        if self.part:
            return re.findall(rf"(?:^| ){self.part}=(\S+)", cell)
        return [cell] if cell else []


def read_seeds() -> Seeds:
    """The rows of every seed of the study, as text."""
    return {name: _rows(seed_file(name)) for name in seed_columns()}


def _rows(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def seed_columns() -> dict[str, dict[str, str]]:
    """The columns of each seed and their types, as the catalogue says."""
    shared, _ = seed_folders()
    return {
        entry["name"]: entry["config"]["column_types"]
        for path in sorted(shared.glob("*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]
    }


def faults(given: dict[str, Any]) -> list[str]:
    """Why nothing may be built by these definitions and ``--vars``, a line each."""
    _, study = seed_folders()
    if study.name not in studies():
        return [
            f"there is no study '{study.name}': STUDY names a folder of seeds/, one of "
            f"{', '.join(studies())}{_hint(study.name, studies())}"
        ]
    found = file_faults()
    if not found:
        seeds = read_seeds()
        found = (
            cell_faults(seeds) or undefined_words(seeds) or misplaced_populations(seeds)
        )
    if found:
        more = len(found) - _MOST_FAULTS
        rest = [f"and {more} more"] if more > 0 else []
        return [f"definitions refused: {line}" for line in found[:_MOST_FAULTS]] + rest
    return parameter_faults(given)


def file_faults() -> list[str]:
    """Seeds that are missing, doubled or unknown, and headers that are not theirs."""
    shared, study = seed_folders()
    found = []
    for name, columns in seed_columns().items():
        paths = [path for f in (shared, study) if (path := f / f"{name}.csv").is_file()]
        header = ",".join(columns)
        if not paths:
            found.append(
                f"{_shown(study)} has no {name}.csv: one without rows is its header "
                f"alone, {header}"
            )
        elif len(paths) > 1:
            found.append(f"{name}.csv stands in {_shown(shared)} and {_shown(study)}")
        else:
            with paths[0].open(encoding="utf-8") as file:
                given = file.readline().rstrip("\r\n")
            if given != header:
                found.append(f"{_shown(paths[0])}: its header is not {header}")
    for path in sorted([*shared.glob("*.csv"), *study.glob("*.csv")]):
        if path.stem not in seed_columns():
            hint = _hint(path.stem, seed_columns())
            found.append(f"{_shown(path)}: no seed has this name{hint}")
    return found


def cell_faults(seeds: Seeds) -> list[str]:
    """Rows that are too long or too short, and values of another type."""
    found = []
    for name, row, line in _lines(seeds):
        where = f"{_place(name)}, line {line}"
        if None in row or None in row.values():
            found.append(f"{where}: not {len(seed_columns()[name])} values")
            continue
        for column, kind in seed_columns()[name].items():
            pattern, expected = _TYPED.get(kind, (None, ""))
            if row[column] and pattern and not pattern.fullmatch(row[column]):
                found.append(
                    f"{where}: {column} '{row[column]}' cannot be; expected {expected}"
                )
    return found


def _lines(seeds: Seeds) -> Iterator[tuple[str, Row, int]]:
    for name, rows in seeds.items():
        for line, row in enumerate(rows, start=2):
            yield name, row, line


def undefined_words(seeds: Seeds) -> list[str]:
    """Words that nothing makes or reads, and words that had to be there and are not."""
    tables = Tables(seeds)
    if found := _places_unknown(seeds):
        return found
    by_column: dict[tuple[str, str, str], list[Reference]] = {}
    for reference in references(seeds):
        place = (reference.seed, reference.column, reference.part)
        by_column.setdefault(place, []).append(reference)
    found = []
    for (name, column, part), alternatives in by_column.items():
        for line, row in enumerate(seeds[name], start=2):
            found += [
                f"{_place(name)}, line {line} ({_named(row)}): {part or column} {fault}"
                for fault in _undefined(alternatives, row, tables)
            ]
        found += [
            f"{_place(name)}: {column} '{word}' is read by name, and has no row"
            for alternative in alternatives
            if alternative.is_complete
            for word in _missing(alternative, seeds[name], tables)
        ]
    return found


def misplaced_populations(seeds: Seeds) -> list[str]:
    """Populations above their whole, of another group, or twice part of the cohort."""
    found = []
    rows = {row["population"]: row for row in seeds["populations"]}
    for line, row in enumerate(seeds["populations"], start=2):
        whole = rows.get(row["parent"])
        where = f"{_place('populations')}, line {line} ({row['population']})"
        if whole and int(whole["row_order"]) >= int(row["row_order"]):
            found.append(f"{where}: its parent '{row['parent']}' must stand above it")
        if whole and whole["disease_group"] not in ("", row["disease_group"]):
            found.append(
                f"{where}: its parent '{row['parent']}' is of the disease group "
                f"'{whole['disease_group']}', and it is not"
            )
        found += [
            f"{where}: '{whole['population']}', which it is a part of, parts the "
            "cohort, too (is_disjoint), and a patient would be in both"
            for whole in _wholes(row, rows)
            if whole["is_disjoint"] == row["is_disjoint"] == "true"
        ]
    return found


def _wholes(row: Row, rows: dict[str, Row]) -> Iterator[Row]:
    """What a population is a part of, and what that is: upwards, each once."""
    passed = {row["population"]}
    while (row := rows.get(row["parent"], {})) and row["population"] not in passed:
        passed.add(row["population"])
        yield row


def _places_unknown(seeds: Seeds) -> list[str]:
    """Columns that `vocabularies` speaks of and no seed has."""
    columns = {name: {*known} for name, known in seed_columns().items()} | {
        name: {*rows[0]} for name, rows in made_elsewhere(seeds).items() if rows
    }
    named = set()
    for item in references(seeds):
        named |= {(item.seed, item.column)}
        named |= {(item.seed, name) for name, _ in item.conditions}
        for source in item.sources:
            named |= {(source.relation, source.column)}
            named |= {(source.relation, name) for name, _ in source.conditions}
            used = re.findall(r"\{(\w+)\}", str(source.conditions))
            named |= {(item.seed, name) for name in used}
    return [
        f"{_place('vocabularies')}: there is no column {name}.{column}"
        for name, column in sorted(named)
        if column not in columns.get(name, ())
    ]


def _undefined(alternatives: list[Reference], row: Row, tables: Tables) -> list[str]:
    cells = {cell for reference in alternatives for cell in reference.cells(row)}
    known = [
        word
        for reference in alternatives
        if reference.cells(row)
        for source in reference.sources
        for word in source.words(tables, row)
    ]
    return [
        f"'{cell}': nothing defines or reads this word{_hint(cell, known)}"
        for cell in sorted(cells)
        if cell not in known and NEW not in known
    ]


def _missing(reference: Reference, rows: list[Row], tables: Tables) -> list[str]:
    there = {row[reference.column] for row in rows}
    return [
        word
        for source in reference.sources
        for word in dict.fromkeys(source.words(tables, {}))
        if word not in there
    ]


def _hint(word: str, known: Any) -> str:
    """The nearest word, and the words that exist."""
    words = list(dict.fromkeys(known))
    if not words:
        return "; no word can stand here"
    nearest = get_close_matches(word, words, n=1)
    shown = words if len(words) <= _SHOWN else [*words[:_SHOWN], "..."]
    asked = f"; did you mean '{nearest[0]}'?" if nearest else "."
    return f"{asked} It may be {', '.join(shown)}"


def _named(row: Row) -> str:
    """The row by its first cell that is a word."""
    return next((value for value in row.values() if not value.isdecimal()), "")


@cache
def _place(name: str) -> str:
    return _shown(seed_file(name))


def _shown(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def references(seeds: Seeds) -> list[Reference]:
    """What each column of each seed may hold, as the seed `vocabularies` says."""
    found = []
    for row in seeds["vocabularies"]:
        column, _, part = row["column_name"].partition(".")
        names = [row["seed_name"]]
        if names == ["*"]:
            names = [
                name for name, columns in seed_columns().items() if column in columns
            ]
        for name in names:
            found.append(
                Reference(
                    seed=name,
                    column=column,
                    part=part,
                    conditions=_conditions(row["only_where"]),
                    sources=tuple(map(_source, row["vocabulary"].split(" | "))),
                    is_complete=row["is_complete"] == "true",
                )
            )
    return found


def _source(text: str) -> Source:
    if text in (NEW, TEXT):
        return Source("anything", "word", (), NEW)
    match = _SOURCE.fullmatch(text)
    if match is None:
        raise ValueError(f"vocabularies: '{text}' is no <seed>.<column>")
    relation, column, conditions, pattern = match.groups()
    return Source(relation, column, _conditions(conditions or ""), pattern or "*")


def _conditions(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (part.partition("=") for part in text.split(" and ") if part)
    return tuple((name, value) for name, _, value in pairs)


def made_elsewhere(seeds: Seeds) -> Seeds:
    """Words that are no column of one seed."""
    contract = [
        {
            "table_name": table.name,
            "column_name": column.name,
            "terms": column.terms or "",
            "date": f"{table.name}.{column.name}" if "date" in column.type else "",
            "date_role": column.date_role or "",
        }
        for table in delivery_contract().values()
        for column in table.columns
    ]
    return {
        "anything": [{"word": NEW}],
        "contract": contract,
        "contract_terms": _contract_terms(
            [*seeds["shared_terms"], *seeds["study_terms"]]
        ),
        "contract_texts": [
            {"table_name": table.name, "column_name": column.name, "term": NEW}
            for table in delivery_contract().values()
            for column in table.columns
            if column.type == "text"
        ],
        "terms": [*seeds["shared_terms"], *seeds["study_terms"]],
        "labels": [*seeds["shared_labels"], *seeds["study_labels"]],
        "parameter_types": [{"type": name} for name in parameter_types()],
        "grouping_levels": _grouping_levels(seeds),
        "levels": [
            {"variable": variable, "level": level}
            for variable, levels in _characteristic_levels(seeds).items()
            for level in levels
        ],
        "levels_before": _levels_before(seeds),
        "analysis_strata": _analysis_strata(seeds),
        "table_one_words": _table_one_words(seeds),
        # The ways in which an endpoint's event can come: `os_death`.
        "endpoint_ends": [
            {"fact": f"{row['endpoint']}_{row['ended_by']}"}
            for row in seeds["endpoint_events"]
            if row["status"] == "1"
        ],
        # The rules under which an endpoint, or the one that it counts, is derived.
        "endpoint_rules": [
            {"endpoint": row["endpoint"], "censoring_rule": derived["censoring_rule"]}
            for row in seeds["endpoints"]
            for derived in seeds["endpoint_populations"]
            if derived["endpoint"] == row["counted_endpoint"]
        ],
    }


def _grouping_levels(seeds: Seeds) -> list[Row]:
    """The levels that each grouping can have, of two characteristics every pair."""
    levels = _characteristic_levels(seeds)
    # A study without groups has the two columns, too.
    none = {"stratum_variable": "", "level": ""}
    return [none] + [
        {"stratum_variable": row["stratum_variable"], "level": "__".join(pair)}
        for row in seeds["groupings"]
        for pair in product(
            *(levels[row[name]] for name in ("variable", "crossed_with") if row[name])
        )
    ]


def _levels_before(seeds: Seeds) -> list[Row]:
    """What a grouping can be before it is known: a level of its strata.

    Of two characteristics crossed it is a level of the first; the other is known.
    """
    crossed = {
        row["stratum_variable"] for row in seeds["groupings"] if row["crossed_with"]
    }
    none = {"stratum_variable": "", "level": ""}
    return [none] + [
        {
            "stratum_variable": row["stratum_variable"],
            "level": row["level"].split("__")[0]
            if row["stratum_variable"] in crossed
            else row["level"],
        }
        for row in seeds["strata"]
    ]


def _analysis_strata(seeds: Seeds) -> list[Row]:
    """The strata of each analysis: the levels of its grouping, or the one of all."""
    levels: dict[str, list[str]] = defaultdict(list)
    for row in seeds["derived_words"]:
        if row["vocabulary"] == "no_stratum":
            levels[""].append(row["word"])
    for row in seeds["strata"]:
        levels[row["stratum_variable"]].append(row["level"])
    # A study without analyses has the two columns, too.
    return [{"analysis_id": "", "level": ""}] + [
        {"analysis_id": row["analysis_id"], "level": level}
        for row in seeds["survival_analyses"]
        for level in levels[row["stratum_variable"]]
    ]


def _table_one_words(seeds: Seeds) -> list[Row]:
    """The levels that each variable of Table 1 can have."""
    levels = _characteristic_levels(seeds)
    quantities = {
        row["word"]
        for row in seeds["derived_words"]
        if row["vocabulary"] == "patient_quantity"
    }
    return [
        {"variable": row["variable"], "level": level}
        for row in seeds["table_one_variables"]
        for level in (
            ["all"]
            if row["of_variable"] in quantities | {""}
            else [*levels[row["of_variable"]], "unknown"]
        )
    ]


def _characteristic_levels(seeds: Seeds) -> dict[str, list[str]]:
    """The levels of each characteristic that a study can name."""
    levels: dict[str, list[str]] = defaultdict(list)
    named_otherwise = {
        row["word"]: row["of"]
        for row in seeds["derived_words"]
        if row["vocabulary"] == "terms_of_levels"
    }
    for row in [*seeds["shared_terms"], *seeds["study_terms"]]:
        vocabulary = row["vocabulary"]
        levels[named_otherwise.get(vocabulary, vocabulary)].append(row["term"])
    for row in seeds["derived_words"]:
        if row["vocabulary"] == "characteristic_level":
            levels[row["of"]].append(row["word"])
    for row in [*seeds["characteristic_bands"], *seeds["characteristic_levels"]]:
        levels[row["variable"]].append(row["level"])
    for row in seeds["marrow_blast_categories"]:
        levels["marrow_blasts"].append(row["marrow_blast_category"])
    for variable, level in _words_of_delivery(seeds):
        levels[variable].append(level)
    return levels


def _words_of_delivery(seeds: Seeds) -> Iterator[tuple[str, str]]:
    """The countries and sites that strata, groups and Table 1 name, as they want."""
    named = {row["stratum_variable"]: row["variable"] for row in seeds["groupings"]}
    told = {row["variable"]: row["of_variable"] for row in seeds["table_one_variables"]}
    for variable, level in (
        *((named.get(r["stratum_variable"]), r["level"]) for r in seeds["strata"]),
        *((r["variable"], r["level"]) for r in seeds["group_criteria"]),
        *((told.get(r["variable"]), r["level"]) for r in seeds["table_one_levels"]),
    ):
        if variable in ("country", "site"):
            yield variable, level


def _contract_terms(terms: list[Row]) -> list[Row]:
    """The terms that each column of the contract may hold."""
    return [
        {"table_name": table.name, "column_name": column.name, "term": row["term"]}
        for table in delivery_contract().values()
        for column in table.columns
        for row in terms
        if row["vocabulary"] == column.terms
    ]
