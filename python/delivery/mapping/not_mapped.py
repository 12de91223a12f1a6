"""What no definition covers: a list beside the delivery, and its counts."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

CAUSES = {
    "file": "no row of the map names the file",
    "column": "no row of the map reads the column",
    "column_left_out": "the map leaves the column out",
    "record": "the record meets no condition of the map, and gives no contract row",
    "record_left_out": "the map leaves the record out",
    "value": "no row of the map reads the column in such a record",
    "condition": "no condition that the record meets names the value",
    "unmet": "no record meets the condition of the map",
    "term": "the map has no translation for it: as delivered",
    "date": "not written in the map's date format: as delivered",
    "number": "no number that the map's unit factor could change: as delivered",
    "time_of_day": "the contract has no time of day: the date alone was delivered",
    "contract_column": "no row of the map fills it: empty",
    "contract_table": "no row of the map fills it, and the contract requires it",
}
"""Each kind of thing that is not mapped, with its cause, in the order of the list."""


@dataclass(frozen=True)
class NotMapped:
    """One line of the list; `n` counts its values, or its records."""

    kind: str
    source_file: str = ""
    source_line: int | None = None
    source_column: str = ""
    source_value: str = ""
    contract_table: str = ""
    contract_column: str = ""
    n: int = 1


def write_list(path: Path, listed: Iterable[NotMapped]) -> None:
    """Write the list as CSV, with the cause of each line."""
    names = [field.name for field in fields(NotMapped)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*names, "cause"])
        for line in listed:
            cause = CAUSES[line.kind]
            writer.writerow([*(getattr(line, name) for name in names), cause])


@dataclass(frozen=True)
class Count:
    """Lines of one kind, the values or records in them, and where the first stand."""

    kind: str
    n_lines: int
    n_values: int
    places: tuple[str, ...]


def counted(listed: Iterable[NotMapped], *, n_places: int = 6) -> list[Count]:
    """Each kind with its count, in the order of the causes; no value is in it."""
    of_kind: dict[str, list[NotMapped]] = {kind: [] for kind in CAUSES}
    for line in listed:
        of_kind[line.kind].append(line)
    counts = []
    for kind, lines in of_kind.items():
        places = list(dict.fromkeys(map(_place, lines)))
        if len(places) > n_places:
            places[n_places:] = [f"{len(places) - n_places} more"]
        if lines:
            n_values = sum(line.n for line in lines)
            counts.append(Count(kind, len(lines), n_values, tuple(places)))
    return counts


def _place(line: NotMapped) -> str:
    source = f"{line.source_file} {line.source_column}".strip()
    return source or f"{line.contract_table} {line.contract_column}".strip()
