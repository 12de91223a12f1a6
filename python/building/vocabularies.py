"""No word of a definition is undefined: each names what a row or the derivation makes.

Which words those are, `defined_words` tells from the seed `vocabularies`.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from delivery.definitions import (
    PROJECT,
    kept_by_study,
    seed_file,
    seed_folders,
    studies,
)

from building.defined_words import NEW, Reference, Tables, made_elsewhere, references
from building.parameters import parameter_faults
from building.seeds import Row, Seeds, read_seeds, seed_columns

_SHOWN = 12
_MOST_FAULTS = 10
_TYPED = {
    "int": (re.compile(r"-?[0-9]+"), "a whole number"),
    "double": (re.compile(r"-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?"), "a number"),
    "boolean": (re.compile("true|false"), "true or false"),
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


@kept_by_study
def _place(name: str) -> str:
    return _shown(seed_file(name))


def _shown(path: Path) -> str:
    return str(path.relative_to(PROJECT))
