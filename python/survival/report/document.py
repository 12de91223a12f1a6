"""What the report says, before it is HTML, CSV or RTF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from survival.report.table import Source, Table
from survival.study import Group


@dataclass(frozen=True)
class Paragraph:
    """Text; `kind` is ``caution``, ``banner`` or ``quiet``."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Links:
    """Files beside the page: address and words."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption.

    Attributes
    ----------
    name : str
        Of its files; the id in the page.
    title, caption : str
        The paper's number and what is shown; how it was estimated.
    svg : str
    cautions : tuple of str
        Printed under it.
    source : Source or None
        The rows that it draws.
    groups : tuple of Group
        What is drawn, for the formats that are drawn anew.
    """

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

    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Fold:
    """Something that is opened on demand."""

    title: str
    blocks: tuple[Block, ...]


Block = Paragraph | Links | Figure | Grid | Fold | Table


@dataclass(frozen=True)
class Section:
    """A part of the report under a heading."""

    title: str
    anchor: str
    blocks: tuple[Block, ...]
    level: int = 2


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
