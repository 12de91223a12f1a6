"""Contract rows out of source records.

Source records that give different columns of one contract row, by its key, become that
row; those that give the same columns stay apart, and a key that comes twice is left to
the gate.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from delivery.contract import Table, delivery_contract
from delivery.mapping.definitions import Cell, Mapping, Part, Vocabulary
from delivery.mapping.not_mapped import NotMapped
from delivery.mapping.sources import Source
from delivery.mapping.values import Translated, translated

_FAILED = {"no_term": "term", "no_date": "date", "no_number": "number"}


@dataclass(frozen=True)
class Translation:
    """What was done to the values of one source column for one contract column.

    `to_value` is the term, the date format or the factor; `how` as in `Translated`, or
    `constant`.
    """

    source_file: str
    source_column: str
    contract_table: str
    contract_column: str
    how: str
    from_value: str = ""
    to_value: str = ""


@dataclass
class Mapped:
    """What came out: rows by table, what was translated, what was not mapped."""

    rows: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    records_read: dict[tuple[str, str], int] = field(default_factory=dict)
    translations: Counter[Translation] = field(default_factory=Counter)
    not_mapped: list[NotMapped] = field(default_factory=list)


def mapped_records(
    mapping: Mapping, sources: dict[str, Source], *, vocabulary: Vocabulary
) -> Mapped:
    """Every contract row that the mapping makes of the sources.

    Parameters
    ----------
    mapping
        The definitions, whose files and columns exist.
    sources
        The files by the name that the mapping gives them.
    vocabulary
        The allowed terms of a vocabulary of the contract.
    """
    mapped = Mapped()
    known = {
        (table.name, column.name): frozenset(vocabulary(column.terms))
        if column.terms
        else frozenset()
        for table in delivery_contract().values()
        for column in table.columns
    }
    contributions: dict[str, list[_Contribution]] = defaultdict(list)
    for part in mapping.parts:
        for cell in part.cells.values():
            _expect_terms(mapped.translations, part, cell, sources)
    for named, source in sources.items():
        parts = [part for part in mapping.parts if part.source_file == named]
        reading = _Reading(source, parts, mapping, named, known, mapped)
        for contribution in reading.contributions():
            contributions[contribution.part.table.name].append(contribution)
        mapped.not_mapped += reading.unread()
    for name in mapping.tables:
        mapped.rows[name] = _rows(delivery_contract()[name], contributions[name])
    return mapped


@dataclass(frozen=True)
class _Contribution:
    part: Part
    values: dict[str, str]


def _expect_terms(
    translations: Counter, part: Part, cell: Cell, sources: dict[str, Source]
) -> None:
    """A translation that no value needs is told with its nought."""
    for from_value in cell.terms:
        key = _translation(sources[part.source_file], part, cell, "term", from_value)
        translations.setdefault(key, 0)


def _translation(
    source: Source, part: Part, cell: Cell, how: str, from_value: str = ""
) -> Translation:
    to_value = {
        "term": cell.terms.get(from_value, ""),
        "date": cell.date_format.text if cell.date_format else "",
        "factor": str(cell.unit_factor or ""),
        "constant": cell.constant or "",
    }.get(how, "")
    return Translation(
        source.name,
        cell.source_column or "",
        part.table.name,
        cell.column.name,
        how,
        from_value if how == "term" else "",
        to_value,
    )


class _Reading:
    """One source file read once: what its records give, and what nobody reads."""

    def __init__(
        self,
        source: Source,
        parts: Sequence[Part],
        mapping: Mapping,
        named: str,
        known: dict[tuple[str, str], frozenset[str]],
        mapped: Mapped,
    ):
        self.source, self.parts, self.mapped, self.known = source, parts, mapped, known
        self.left_out = mapping.records_left_out.get(named, [])
        self.columns_left_out = mapping.columns_left_out.get(named, set())
        said = [*(part.conditions for part in parts), *self.left_out]
        self.conditions = [condition for group in said for condition in group]
        self.deciding = {condition.column for condition in self.conditions}
        self.read_somewhere = set().union(
            self.deciding, *(part.columns_read for part in parts)
        )
        self.seen: dict[tuple[int, str], tuple[Translated, Translation]] = {}
        self.values_unread: Counter[str] = Counter()
        self.undecided: dict[tuple[str, str], list[int]] = {}
        self.failed: dict[tuple, list[int]] = {}
        self.cut: Counter[tuple[str, str, str]] = Counter()
        self.lines: list[NotMapped] = []

    def contributions(self) -> Iterator[_Contribution]:
        taken = {id(part): 0 for part in self.parts}
        for line, record in self.source.named_records():
            taking = [part for part in self.parts if part.takes(record)]
            for part in taking:
                taken[id(part)] += 1
                yield _Contribution(part, self._values(part, line, record))
            self._note_unread(line, record, taking)
        for part in self.parts:
            key = (part.table.name, self.source.name)
            read = self.mapped.records_read
            read[key] = read.get(key, 0) + taken[id(part)]
            if part.conditions and not taken[id(part)]:
                self.lines.append(
                    NotMapped(
                        "unmet",
                        self.source.name,
                        source_column="; ".join(map(str, part.conditions)),
                        contract_table=part.table.name,
                        n=0,
                    )
                )

    def _values(self, part: Part, line: int, record: dict[str, str]) -> dict[str, str]:
        values = {}
        for name, cell in part.cells.items():
            delivered = record[cell.source_column] if cell.source_column else ""
            value, told = self._translated(part, cell, delivered)
            values[name] = value.text
            if value.how in _FAILED:
                word = delivered if value.how == "no_term" else ""
                column = cell.source_column or ""
                where = (value.how, column, word, part.table.name, name)
                self.failed.setdefault(where, []).append(line)
            elif value.how != "empty":
                self.mapped.translations[told] += 1
            if value.is_cut:
                self.cut[cell.source_column or "", part.table.name, name] += 1
        return values

    def _translated(
        self, part: Part, cell: Cell, delivered: str
    ) -> tuple[Translated, Translation]:
        """A value in the contract's words, and what is told of it; values repeat."""
        key = (id(cell), delivered)
        if key not in self.seen:
            if cell.source_column is None:
                value = Translated(cell.constant or "", "constant")
            else:
                value = translated(
                    cell,
                    delivered,
                    decimal_mark=self.source.decimal_mark,
                    known_terms=self.known[part.table.name, cell.column.name],
                )
            told = _translation(self.source, part, cell, value.how, delivered)
            self.seen[key] = value, told
        return self.seen[key]

    def _is_left_out(self, record: dict[str, str]) -> bool:
        return any(
            all(condition.holds(record) for condition in group)
            for group in self.left_out
        )

    def _note_unread(
        self, line: int, record: dict[str, str], taking: Sequence[Part]
    ) -> None:
        met = {
            condition.column for condition in self.conditions if condition.holds(record)
        }
        self.values_unread.update(
            column
            for column, value in record.items()
            if value and column not in self.read_somewhere
        )
        if not taking:
            is_left_out = self._is_left_out(record)
            kind = "record_left_out" if is_left_out else "record"
            self.lines.append(NotMapped(kind, self.source.name, line))
            if is_left_out:
                return
        for column in self.deciding - met:
            if record[column]:
                self.undecided.setdefault((column, record[column]), []).append(line)
        if not taking:
            return
        read = self.deciding.union(*(part.columns_read for part in taking))
        for column, value in record.items():
            if not value or column in read or column not in self.read_somewhere:
                continue
            if column in self.columns_left_out:
                self.values_unread[column] += 1
            else:
                self.lines.append(NotMapped("value", self.source.name, line, column))

    def unread(self) -> Iterator[NotMapped]:
        """What nobody reads of this file, in a stable order."""
        name = self.source.name
        for column in self.source.columns:
            is_left_out = column in self.columns_left_out
            if column in self.read_somewhere and not is_left_out:
                continue
            kind = "column_left_out" if is_left_out else "column"
            yield NotMapped(
                kind, name, source_column=column, n=self.values_unread[column]
            )
        yield from self.lines
        for (column, value), lines in sorted(self.undecided.items()):
            yield NotMapped("condition", name, lines[0], column, value, n=len(lines))
        for (how, column, value, table, to_column), lines in sorted(
            self.failed.items()
        ):
            kind = _FAILED[how]
            # A term is told once; where a date or a number stands, on which line.
            told = [(lines[0], len(lines))] if value else [(line, 1) for line in lines]
            for line, n in told:
                yield NotMapped(kind, name, line, column, value, table, to_column, n)
        for (column, table, to_column), n in sorted(self.cut.items()):
            yield NotMapped(
                "time_of_day",
                name,
                source_column=column,
                contract_table=table,
                contract_column=to_column,
                n=n,
            )


def _rows(
    table: Table, contributions: Sequence[_Contribution]
) -> list[tuple[str, ...]]:
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
