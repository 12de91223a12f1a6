"""``survival map``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from survival.commands.common import DONE, FAILED, USAGE, Commands, command, complain

if TYPE_CHECKING:
    from delivery.mapping.mapped_delivery import MappedDelivery
    from delivery.mapping.reading import Translation

HELP = """\
Turns an export in other words (REDCap's CSV, SDTM domains as CSV or XPT) into a
delivery. A row of the mapping is a definition: dbt_project/docs/mapping.md has its
columns and two examples. Nothing is judged: the delivery goes to `survival check`.
What no row covers is listed in DELIVERY.not_mapped.csv, beside the delivery.
Exit code: 0 written, 2 usage: a word of the mapping that there is not.

  survival map ~/export --with mapping.csv --output ~/deliveries/2018-04
  survival check ~/deliveries/2018-04
"""


def add(commands: Commands) -> None:
    """The command and its options."""
    summary = "turn an export in other words into a delivery"
    parser = command(commands, "map", summary, HELP, run)
    parser.add_argument("folder", type=Path, help="the folder of the export")
    parser.add_argument(
        "--with",
        dest="mapping",
        type=Path,
        required=True,
        metavar="FILE",
        help="the mapping, a CSV file",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("target", "delivery"),
        metavar="DELIVERY",
        help="the folder to write (default: target/delivery)",
    )
    for name, what in (
        ("delivery-id", "the delivery's id"),
        ("delivered-on", "its day, YYYY-MM-DD"),
        ("data-cutoff-date", "its data cut-off, YYYY-MM-DD"),
    ):
        parser.add_argument(
            f"--{name}", metavar="TEXT", help=f"{what} (default: the mapping's)"
        )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="replace the delivery that stands in DELIVERY",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the delivery; print what was translated and what was not mapped."""
    from delivery.mapping.mapped_delivery import map_export
    from delivery.mapping.refusal import MappingRefused

    try:
        done = map_export(
            arguments.folder,
            arguments.mapping,
            arguments.output,
            manifest={
                name: getattr(arguments, name)
                for name in ("delivery_id", "delivered_on", "data_cutoff_date")
            },
            replace=arguments.replace,
        )
    except MappingRefused as refused:
        for slip in refused.slips:
            complain(slip, USAGE)
        return USAGE
    except OSError as error:
        return complain(f"{error.filename}: {error.strerror}", FAILED)
    for line in _told(done):
        print(line)
    return DONE


def _told(done: MappedDelivery) -> Iterator[str]:
    from delivery.faults import one_line
    from delivery.mapping.not_mapped import CAUSES, counted

    mapped = done.mapped
    yield f"delivery {done.manifest['delivery_id']} written to {done.folder}"
    for table, rows in mapped.rows.items():
        origins = [
            f"{n:,} of {file}"
            for (of_table, file), n in mapped.records_read.items()
            if of_table == table
        ]
        read = f"from {', '.join(origins)}" if origins else "said to have none"
        records = "record" if len(rows) == 1 else "records"
        yield one_line(f"  {table}: {len(rows):,} {records}, {read}")
    yield "translated:"
    translations = [key for key in mapped.translations if key.how != "as_delivered"]
    for column, keys in groupby(sorted(translations, key=_column), _column):
        changes = [f"{_change(key)} {mapped.translations[key]:,}" for key in keys]
        yield one_line(f"  {column}: {'; '.join(changes)}", limit=1000)
    kept = [key for key in mapped.translations if key.how == "as_delivered"]
    n_kept = sum(mapped.translations[key] for key in kept)
    yield f"as delivered: {n_kept:,} values, in {len(kept)} columns"
    if not mapped.not_mapped:
        yield "not mapped: nothing"
        return
    yield f"not mapped (listed in {done.not_mapped_file}):"
    for count in counted(mapped.not_mapped):
        kind, n = count.kind.replace("_", " "), f"{count.n_lines:,}"
        if count.n_values not in (0, count.n_lines):
            n += f" ({count.n_values:,} values)"
        places = ", ".join(count.places)
        yield one_line(f"  {kind} {n}: {CAUSES[count.kind]}: {places}", limit=1000)


def _column(key: Translation) -> str:
    origin = f"{key.source_file} {key.source_column}".strip()
    return f"{origin} -> {key.contract_table}.{key.contract_column}"


def _change(key: Translation) -> str:
    to_value = key.to_value or "(empty)"
    return {
        "term": f"{key.from_value} -> {to_value}",
        "date": to_value,
        "factor": f"x {to_value}",
        "decimal_mark": "decimal mark",
        "constant": f"constant {to_value}",
    }[key.how]
