"""``survival queries``."""

from __future__ import annotations

import argparse
import sys

from survival.commands.common import (
    DONE,
    USAGE,
    Commands,
    add_warehouse,
    command,
    complain,
    note_unpublished,
)

HELP = """\
Prints what a site has to answer: patient, record, what is wrong, what is asked, and
two empty columns, the most important question first. Filled in and saved as CSV, the
file is the table query_answers of the next delivery:
  answer       confirmed (it is right as it stands), corrected (the next delivery has it
               right), not_known (nobody can tell)
  answer_date  the day of the answer, as YYYY-MM-DD
What is confirmed or not known is asked no more, until the record changes.

  survival queries --site S07 > S07.csv
  survival queries --site S07 --format xlsx > S07.xlsx
"""


def add(commands: Commands) -> None:
    """The command and its options."""
    summary = "print what a site has to answer"
    parser = command(commands, "queries", summary, HELP, run)
    add_warehouse(parser)
    parser.add_argument("--site", help="the site, by its site_id (default: all)")
    parser.add_argument(
        "--format",
        choices=("csv", "xlsx", "html"),
        default="csv",
        help="what to print (default: csv)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the questions, in UTF-8 whatever the terminal is."""
    from survival.queries import FORMATS, open_questions
    from survival.warehouse import Warehouse

    if arguments.format == "xlsx" and sys.stdout.isatty():
        return complain(
            "a workbook is no text: write it to a file, as > S07.xlsx", USAGE
        )
    with Warehouse(arguments.warehouse) as warehouse:
        note_unpublished(warehouse)
        rows = open_questions(warehouse, site=arguments.site)
        delivery = warehouse.delivery()
    title = f"Questions to {arguments.site or 'all sites'}"
    if delivery is not None:
        title += f", {delivery.delivery_id}"
    sys.stdout.buffer.write(FORMATS[arguments.format](rows, title=title))
    print(f"{len(rows)} questions", file=sys.stderr)
    return DONE
