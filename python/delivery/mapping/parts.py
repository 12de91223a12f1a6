"""A mapping, understood: parts, and what is said of files and of the manifest.

Rows of one source file, one contract table and one condition are a *part*: each source
record that meets the condition gives one row of that table. A row without a condition
goes with every part of its file and table.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from delivery.contract import Column, Table, delivery_contract
from delivery.mapping.values import DateFormat


@dataclass(frozen=True, order=True)
class Condition:
    """That a source column has, or has not, one of some values; '' is empty."""

    column: str
    is_equal: bool
    values: tuple[str, ...]

    def holds(self, record: dict[str, str]) -> bool:
        """Whether it is true of the record."""
        return (record[self.column] in self.values) == self.is_equal

    def __str__(self) -> str:
        sign = "=" if self.is_equal else "!="
        return f"{self.column}{sign}{'|'.join(self.values)}"


@dataclass
class Cell:
    """Where the values of one contract column come from, in one part."""

    column: Column
    source_column: str | None = None
    constant: str | None = None
    terms: dict[str, str] = field(default_factory=dict)
    date_format: DateFormat | None = None
    unit_factor: Decimal | None = None
    file_lines: list[int] = field(default_factory=list)


@dataclass
class Part:
    """What makes one row of a contract table out of one record of a source file."""

    source_file: str
    table: Table
    conditions: tuple[Condition, ...]
    file_line: int
    cells: dict[str, Cell] = field(default_factory=dict)

    def takes(self, record: dict[str, str]) -> bool:
        """Whether the record makes a row."""
        return all(condition.holds(record) for condition in self.conditions)

    @property
    def columns_read(self) -> set[str]:
        """The source columns that decide or give a value."""
        given = {c.source_column for c in self.cells.values() if c.source_column}
        return given | {condition.column for condition in self.conditions}


@dataclass(frozen=True)
class Named:
    """A file of the export, or a column of it, as the mapping names it on a line."""

    file_line: int
    said_in: str
    source_file: str
    source_column: str = ""


@dataclass
class Mapping:
    """A mapping file, understood; `named` is what the export must have."""

    path: Path
    parts: list[Part] = field(default_factory=list)
    settings: dict[str, dict[str, str]] = field(default_factory=dict)
    manifest: dict[str, str] = field(default_factory=dict)
    empty_tables: list[str] = field(default_factory=list)
    columns_left_out: dict[str, set[str]] = field(default_factory=dict)
    records_left_out: dict[str, list[tuple[Condition, ...]]] = field(
        default_factory=dict
    )
    named: list[Named] = field(default_factory=list)

    @property
    def tables(self) -> list[str]:
        """The contract tables that it fills, or says to be empty, in their order."""
        filled = {part.table.name for part in self.parts} | set(self.empty_tables)
        return [name for name in delivery_contract() if name in filled]
