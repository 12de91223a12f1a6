"""The header of a delivered file against the contract, with the likely remedy."""

import difflib
import re
from collections import Counter

from delivery.blanks import BLANKS
from delivery.contract import Table
from delivery.faults import quoted
from delivery.identifiers import looks_like_direct_identifier

HeaderFault = tuple[str, str]
"""A rule of the gate, and a message."""


def header_faults(
    table: Table, header: tuple[str, ...], *, second_line: tuple[str, ...] = ()
) -> list[HeaderFault]:
    """What is wrong with a header; its order is free.

    Parameters
    ----------
    table
        The table of the contract.
    header
        The names on the first line.
    second_line
        The fields of the second, which may be the header below a title.
    """
    expected = ", ".join(table.column_names)
    named, n_unnamed = _named(header)
    meant = {name: _meant(table, name) for name in named}
    if not any(meant.values()) and not any(map(looks_like_direct_identifier, named)):
        # What stands there may be a patient's values: it is not printed.
        reason = _without_header(table, named, second_line)
        return [("header_missing", f"{reason}; expected {expected}")]
    faults = [
        ("column_missing", f"column {name} is missing; expected {expected}")
        for column in table.columns
        if column.required and (name := column.name) not in meant.values()
    ]
    misspelled = [name for name in meant if meant[name] not in (None, name)]
    if len(misspelled) > 3:
        faults.append(
            (
                "column_unknown",
                f"has {len(misspelled)} names in capitals, or with blanks or marks in "
                f"them; write them as {expected}",
            )
        )
        misspelled, named = [], [name for name in named if name not in misspelled]
    for name, n_times in Counter(named).items():
        if meant[name] is None:
            faults.append(_unknown_column(table, name))
        elif name in misspelled:
            faults.append(
                (
                    "column_unknown",
                    f"column {quoted(name)} is not in the contract; "
                    f"did you mean {meant[name]}?",
                )
            )
        elif n_times > 1:
            faults.append(
                ("column_doubled", f"column {name} stands there {n_times} times")
            )
    if n_unnamed:
        faults.append(
            (
                "column_unknown",
                f"has {n_unnamed} column{'s' * (n_unnamed > 1)} without a name at its "
                "end, as a spreadsheet leaves them; delete them and deliver again",
            )
        )
    return faults


def _named(header: tuple[str, ...]) -> tuple[list[str], int]:
    """The names up to the last one that is none, and how many are none after it."""
    named = list(header)
    while len(named) > 1 and not named[-1].strip(BLANKS):
        named.pop()
    return named, len(header) - len(named)


def _meant(table: Table, name: str) -> str | None:
    """The column of the contract that a name is, but for capitals, blanks and marks."""
    plain = re.sub(r"[\s\-.]+", "_", name.strip(BLANKS).lower())
    return plain if plain in table.column_names else None


def _without_header(table: Table, named: list[str], second: tuple[str, ...]) -> str:
    if not any(named):
        return "is empty, without a header"
    if len(named) == 1 and any(mark in named[0] for mark in ";\t|"):
        return "is not separated by commas"
    if any(_meant(table, name) for name in second):
        return "has its header on line 2; delete line 1"
    return "has no header of this table on line 1"


def _unknown_column(table: Table, name: str) -> HeaderFault:
    if looks_like_direct_identifier(name):
        return (
            "direct_identifier",
            f"column {quoted(name)} looks like a direct identifier: such data must not "
            "enter the warehouse; delete the column and deliver again",
        )
    near = difflib.get_close_matches(name.strip().lower(), table.column_names, 1)
    hint = (
        f"did you mean {near[0]}?"
        if near
        else f"expected {', '.join(table.column_names)}"
    )
    return ("column_unknown", f"column {quoted(name)} is not in the contract; {hint}")
