"""One source file, read once: what its records give, and what nobody reads in them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from delivery.mapping.not_mapped import NotMapped
from delivery.mapping.parts import Cell, Mapping, Part
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


@dataclass(frozen=True)
class Contribution:
    """What one record gives to one row of the contract."""

    part: Part
    values: dict[str, str]


def translation_of(
    source: Source, part: Part, cell: Cell, how: str, from_value: str = ""
) -> Translation:
    """What is told of a value that came about in this way."""
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


class Reading:
    """One source file read once: what its records give, and what nobody reads."""

    def __init__(
        self,
        source: Source,
        parts: Sequence[Part],
        mapping: Mapping,
        named: str,
        known: dict[tuple[str, str], frozenset[str]],
    ):
        self.source, self.parts, self.known = source, parts, known
        self.translations: Counter[Translation] = Counter()
        self.n_taken: Counter[str] = Counter()
        self.left_out = mapping.records_left_out.get(named, [])
        self.columns_left_out = mapping.columns_left_out.get(named, set())
        said = [*(part.conditions for part in parts), *self.left_out]
        self.deciding = {condition.column for group in said for condition in group}
        self.read_somewhere = set().union(
            self.deciding, *(part.columns_read for part in parts)
        )
        self.seen: dict[tuple[int, str], tuple[Translated, Translation]] = {}
        self.values_unread: Counter[str] = Counter()
        self.undecided: dict[tuple[str, str], list[int]] = {}
        self.failed: dict[tuple, list[int]] = {}
        self.cut: Counter[tuple[str, str, str]] = Counter()
        self.lines: list[NotMapped] = []

    def contributions(self) -> Iterator[Contribution]:
        """What each record gives, one for each part that takes it."""
        unmet = {id(part): part for part in self.parts if part.conditions}
        for line, record in self.source.named_records():
            taking = [part for part in self.parts if part.takes(record)]
            for part in taking:
                unmet.pop(id(part), None)
                self.n_taken[part.table.name] += 1
                yield Contribution(part, self._values(part, line, record))
            self._note_unread(line, record, taking)
        self.lines += [
            NotMapped(
                "unmet",
                self.source.name,
                source_column="; ".join(map(str, part.conditions)),
                contract_table=part.table.name,
                n=0,
            )
            for part in unmet.values()
        ]

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
                self.translations[told] += 1
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
            told = translation_of(self.source, part, cell, value.how, delivered)
            self.seen[key] = value, told
        return self.seen[key]

    def _note_unread(
        self, line: int, record: dict[str, str], taking: Sequence[Part]
    ) -> None:
        """Note what no part that takes the record reads in it."""
        left_out = [
            group
            for group in self.left_out
            if all(condition.holds(record) for condition in group)
        ]
        read = {condition.column for group in left_out for condition in group}
        read = read.union(*(part.columns_read for part in taking))
        for column, value in record.items():
            if not value or column in read:
                continue
            if column not in self.read_somewhere or column in self.columns_left_out:
                self.values_unread[column] += 1
            elif column in self.deciding:
                if taking or not left_out:
                    self.undecided.setdefault((column, value), []).append(line)
            elif taking:
                self.lines.append(NotMapped("value", self.source.name, line, column))
        if not taking:
            kind = "record_left_out" if left_out else "record"
            self.lines.append(NotMapped(kind, self.source.name, line))

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
