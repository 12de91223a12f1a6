"""What the report says, before it is HTML, CSV or RTF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import quote

from survival.groups import Group


@dataclass(frozen=True)
class Source:
    """What a number is read from.

    Attributes
    ----------
    table : str
        With its schema.
    columns : tuple of str
        In the order in which the cell prints them.
    keys : tuple of (str, value)
        The row.
    """

    table: str
    columns: tuple[str, ...]
    keys: tuple[tuple[str, object], ...] = ()

    def query(self) -> str:
        """The query that gives the number.

        >>> Source("marts.cohort_attrition", ("n_out",), (("step", 8),)).query()
        'select n_out from marts.cohort_attrition where step = 8'
        """
        conditions = " and ".join(
            f"{name} is null"
            if value is None
            else f"{name} = {value}"
            if isinstance(value, int)
            else "{} = '{}'".format(name, str(value).replace("'", "''"))
            for name, value in self.keys
        )
        return f"select {', '.join(self.columns)} from {self.table} where {conditions}"

    def packed(self) -> str:
        """As one attribute of a cell, for the page's script to unpack."""
        keys = "&".join(
            f"{name}={'' if value is None else '#' if isinstance(value, int) else ''}"
            f"{quote('~' if value is None else str(value))}"
            for name, value in self.keys
        )
        return f"{self.table}|{','.join(self.columns)}|{keys}"


@dataclass(frozen=True)
class Cell:
    """Text, and where it comes from if it is a number of the marts."""

    text: str
    source: Source | None = None


@dataclass(frozen=True)
class Row:
    """A row; a heading spans the table, and an inner row belongs to the one above."""

    cells: tuple[Cell, ...]
    is_heading: bool = False
    is_inner: bool = False


@dataclass(frozen=True)
class Table:
    """A table as it goes to HTML, CSV and RTF.

    Attributes
    ----------
    name : str
        Of its files.
    caption : str
    columns : tuple of str
    rows : tuple of Row
    notes : tuple of str
        Printed under it.
    n_words : int
        How many of the first columns hold words, not numbers.
    """

    kind: ClassVar[str] = "table"
    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    n_words: int = 1


def row(*cells: str | Cell, is_inner: bool = False) -> Row:
    """A row of cells; plain text has no source."""
    found = tuple(c if isinstance(c, Cell) else Cell(c) for c in cells)
    return Row(found, is_inner=is_inner)


def heading(text: str) -> Row:
    """A row that names the inner rows below it."""
    return Row((Cell(text),), is_heading=True)


@dataclass(frozen=True)
class Paragraph:
    """Text; `tone` is ``caution``, ``banner`` or ``quiet``."""

    kind: ClassVar[str] = "paragraph"
    text: str
    tone: str = ""


@dataclass(frozen=True)
class Links:
    """Files beside the page: address and words."""

    kind: ClassVar[str] = "links"
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption.

    Attributes
    ----------
    name : str
        Of its files; the id in the page.
    title, caption : str
        The publication's number and what is shown; how it was estimated.
    svg : str
    cautions : tuple of str
        Printed under it.
    source : Source or None
        The rows that it draws.
    groups : tuple of Group
        What is drawn, for the formats that are drawn anew.
    """

    kind: ClassVar[str] = "figure"
    name: str
    title: str
    caption: str
    svg: str
    cautions: tuple[str, ...] = ()
    source: Source | None = None
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Grid:
    """Figures that belong side by side."""

    kind: ClassVar[str] = "grid"
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Fold:
    """Something that is opened on demand."""

    kind: ClassVar[str] = "fold"
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Subheading:
    """What heads the blocks below it within a section."""

    kind: ClassVar[str] = "subheading"
    text: str


Block = Paragraph | Links | Figure | Grid | Fold | Table | Subheading


@dataclass(frozen=True)
class Section:
    """A chapter of the report under its heading."""

    title: str
    anchor: str
    blocks: tuple[Block, ...]


def blocks_of(blocks: Iterable[Block], kind: type) -> Iterator:
    """Every block of a kind, also of those within others."""
    for block in blocks:
        if isinstance(block, kind):
            yield block
        if isinstance(block, Fold):
            yield from blocks_of(block.blocks, kind)
        if isinstance(block, Grid):
            yield from blocks_of(block.figures, kind)


def without_sources(sections: Iterable[Section]) -> tuple[Section, ...]:
    """The sections without queries: what was masked is in no row of the marts."""
    return tuple(
        replace(section, blocks=tuple(map(_without_source, section.blocks)))
        for section in sections
    )


def _without_source(block: Block) -> Block:
    if isinstance(block, Figure):
        return replace(block, source=None)
    if isinstance(block, Grid):
        return replace(block, figures=tuple(map(_without_source, block.figures)))
    if isinstance(block, Fold):
        return replace(block, blocks=tuple(map(_without_source, block.blocks)))
    if isinstance(block, Table):
        rows = (
            replace(row, cells=tuple(replace(c, source=None) for c in row.cells))
            for row in block.rows
        )
        return replace(block, rows=tuple(rows))
    return block
