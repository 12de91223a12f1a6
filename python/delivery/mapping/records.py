"""Contract rows out of source records.

Source records that give different columns of one contract row, by its key, become that
row; those that give the same columns stay apart, and a key that comes twice is left to
the gate.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from delivery.contract import Table, delivery_contract
from delivery.definitions import terms
from delivery.mapping.not_mapped import NotMapped
from delivery.mapping.parts import Cell, Mapping, Part
from delivery.mapping.reading import (
    Contribution,
    Reading,
    Translation,
    translation_of,
)
from delivery.mapping.sources import Source


@dataclass
class Mapped:
    """What came out: rows by table, what was translated, what was not mapped."""

    rows: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    records_read: dict[tuple[str, str], int] = field(default_factory=dict)
    translations: Counter[Translation] = field(default_factory=Counter)
    not_mapped: list[NotMapped] = field(default_factory=list)


def mapped_records(mapping: Mapping, sources: dict[str, Source]) -> Mapped:
    """Every contract row that the mapping makes of the sources.

    Parameters
    ----------
    mapping
        The definitions, whose files and columns exist.
    sources
        The files by the name that the mapping gives them.
    """
    mapped = Mapped()
    known = {
        (table.name, column.name): frozenset(terms(column.terms))
        if column.terms
        else frozenset()
        for table in delivery_contract().values()
        for column in table.columns
    }
    contributions: dict[str, list[Contribution]] = defaultdict(list)
    for part in mapping.parts:
        for cell in part.cells.values():
            _expect_terms(mapped.translations, part, cell, sources)
    for named, source in sources.items():
        parts = [part for part in mapping.parts if part.source_file == named]
        reading = Reading(source, parts, mapping, named, known)
        for contribution in reading.contributions():
            contributions[contribution.part.table.name].append(contribution)
        mapped.translations.update(reading.translations)
        mapped.not_mapped += reading.unread()
        for part in parts:
            name = part.table.name
            mapped.records_read[name, source.name] = reading.n_taken[name]
    for name in mapping.tables:
        mapped.rows[name] = _rows(delivery_contract()[name], contributions[name])
    return mapped


def _expect_terms(
    translations: Counter, part: Part, cell: Cell, sources: dict[str, Source]
) -> None:
    """A translation that no value needs is told with its nought."""
    for from_value in cell.terms:
        key = translation_of(sources[part.source_file], part, cell, "term", from_value)
        translations.setdefault(key, 0)


def _rows(table: Table, contributions: Sequence[Contribution]) -> list[tuple[str, ...]]:
    """The rows of one table, in the order in which their first records came."""
    keys = [column for column in table.columns if column.key]
    slots = _slots([contribution.part for contribution in contributions], table)
    groups: dict[tuple, dict[int, list[dict[str, str]]]] = {}
    for place, contribution in enumerate(contributions):
        values = contribution.values
        key: tuple = tuple(values.get(column.name, "") for column in keys)
        slot = slots[id(contribution.part)]
        has_key = all(
            column.nullable or text for column, text in zip(keys, key, strict=True)
        )
        if slot is None or not has_key:
            # Nothing that another record could complete, or nobody's: a row of its own.
            key = (*key, place)
        groups.setdefault(key, {}).setdefault(slot or 0, []).append(values)
    rows = []
    for group in groups.values():
        for place in range(max(map(len, group.values()))):
            row: dict[str, str] = {}
            for given in group.values():
                # What was given once stands on every row of a doubled key.
                if len(given) == 1:
                    row |= given[0]
                elif place < len(given):
                    row |= given[place]
            rows.append(tuple(row.get(name, "") for name in table.column_names))
    return rows


def _slots(parts: Sequence[Part], table: Table) -> dict[int, int | None]:
    """The slot of each part; None for a part that gives the key alone.

    Parts that give one same column share a slot, of which a row has one.
    """
    keys = {column.name for column in table.columns if column.key}
    slots: dict[int, int | None] = {}
    columns_of: list[set[str]] = []
    for part in parts:
        if id(part) in slots:
            continue
        given = set(part.cells) - keys
        touching = [n for n, columns in enumerate(columns_of) if columns & given]
        if not given:
            slots[id(part)] = None
            continue
        columns_of.append(given.union(*(columns_of[n] for n in touching)))
        slot = len(columns_of) - 1
        for n in touching:
            columns_of[n] = set()
        moved = {key: slot for key, at in slots.items() if at in touching}
        slots |= {id(part): slot, **moved}
    return slots
