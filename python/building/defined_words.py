"""Which words a column of a seed may hold, and where these are made.

The seed `vocabularies` says of each column of a seed which words it may hold; the words
that SQL makes or reads by name are rows, too (`derived_words`, `event_types`).
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from delivery.contract import delivery_contract

from building.parameters import parameter_types
from building.seeds import Row, Seeds, seed_columns

# A word that its own column defines, and a text for readers.
NEW, TEXT = "new", "text"
_SOURCE = re.compile(r"(\w+)\.(\w+)(?: where (.+?))?(?: as (\S+))?")


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
