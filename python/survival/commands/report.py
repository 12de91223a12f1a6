"""``survival report``."""

from __future__ import annotations

import argparse
import os

from survival.commands.common import (
    DONE,
    USAGE,
    Commands,
    add_analysis,
    add_warehouse,
    command,
    complain,
    note_unpublished,
)

HELP = """\
Writes one self-contained index.html: what was delivered, who is in, how they were,
how they responded, how long they lived, how much of the paper it reproduces and what
is doubtful. Beside it: quality.html (what the gate judged), catalogue.html (every table
and column, if `dbt docs generate --static` made it), tables/*.csv, tables.rtf and
figures/*. No patient is in them, unless --with-patients asks for them.

  survival report
  survival report --formats svg,png,pdf --output for-the-journal
  survival report --minimum-cell 5 --output for-release
  survival report --with-patients --output for-the-study-team
  survival changes april.duckdb --format csv > moved.csv
  survival report --changes moved.csv
"""
# What no masked report can hold.
EXACT = {
    "tests": "a p-value is made of exact counts",
    "with_patients": "a list of patients is a count of one",
    "changes": "a count that moved is a small one",
}


def add(commands: Commands) -> None:
    """The command and its options."""
    parser = command(commands, "report", "write the report", HELP, run)
    add_warehouse(parser)
    add_analysis(parser)
    parser.add_argument(
        "--output",
        default=os.path.join("target", "report"),
        metavar="FOLDER",
        help="folder for index.html (default: target/report)",
    )
    parser.add_argument(
        "--formats",
        type=_formats,
        default=("svg",),
        metavar="LIST",
        help="formats of the figures' own files, of svg, png and pdf (default: svg)",
    )
    parser.add_argument(
        "--minimum-cell",
        type=_smallest,
        metavar="N",
        help="mask counts below N: every count becomes a multiple of N, and estimates "
        "are made from these (default: nothing is masked, and the report says so)",
    )
    parser.add_argument(
        "--tests",
        action="store_true",
        help="add log-rank and Gray's tests between groups; the study is descriptive, "
        "and tests nothing by itself",
    )
    parser.add_argument(
        "--changes",
        metavar="FILE",
        help="why results moved since the last delivery, as `survival changes OLD "
        "--format csv` wrote it: the chapter on it gives the causes",
    )
    parser.add_argument(
        "--with-patients",
        action="store_true",
        help="add a swimmer plot per population and the pseudonyms behind each number: "
        "for the study team",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the report."""
    for name, reason in EXACT.items():
        if arguments.minimum_cell is not None and getattr(arguments, name):
            option = f"--{name.replace('_', '-')}"
            words = f"{option} and --minimum-cell exclude each other: {reason}"
            return complain(words, USAGE)
    from survival.movements import read_movements
    from survival.progress import Progress
    from survival.report import write_report
    from survival.warehouse import Warehouse

    movements = read_movements(arguments.changes) if arguments.changes else None
    with Warehouse(arguments.warehouse) as warehouse:
        analyses = warehouse.find_analyses(arguments.analysis)
        note_unpublished(warehouse)
        with Progress("writing", total=None) as progress:
            path = write_report(
                warehouse,
                analyses,
                folder=arguments.output,
                formats=arguments.formats,
                minimum_cell=arguments.minimum_cell,
                has_tests=arguments.tests,
                with_patients=arguments.with_patients,
                movements=movements,
                progress=progress.step,
            )
    print(path)
    return DONE


def _formats(text: str) -> tuple[str, ...]:
    formats = tuple(dict.fromkeys(text.split(",")))
    if not set(formats) <= {"svg", "png", "pdf"}:
        raise argparse.ArgumentTypeError(f"{text} is not a list of svg, png and pdf")
    return formats


def _smallest(text: str) -> int:
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text} is no smallest count: give 2 or more")
    return int(text)
