"""A table of the report: cells that know which rows of the marts they print."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


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
    keys: tuple[tuple[str, object], ...]

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
    """A row; a heading spans the table."""

    cells: tuple[Cell, ...]
    is_heading: bool = False


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

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    n_words: int = 1


def row(*cells: str | Cell) -> Row:
    """A row of cells; plain text has no source."""
    return Row(tuple(c if isinstance(c, Cell) else Cell(c) for c in cells))


def heading(text: str) -> Row:
    """A row that names the rows below it."""
    return Row((Cell(text),), is_heading=True)
