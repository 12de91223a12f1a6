"""``survival estimate``."""

from __future__ import annotations

import argparse
import sys

from survival.commands.common import (
    DONE,
    Commands,
    add_analysis,
    add_warehouse,
    command,
    note_unpublished,
)

HELP = """\
Prints medians and estimates at months, computed from the counts of
survival_event_table. An analysis is named
  <population>__<endpoint>[__<censoring rule>][__by_<variable>][__landmark_<day>]
and the beginning of a name stands for all that begin so.

  survival estimate --analysis all__os
  survival estimate --analysis all__os --at-months 12 24 --format csv
  survival estimate --analysis rr --tests

The table gives percent, rounded once; csv and json give proportions in full
precision, and an empty cell or null where nothing can be estimated. NR is a median
not reached, NE an estimate or limit that is not estimable.
"""


def add(commands: Commands) -> None:
    """The command and its options."""
    parser = command(commands, "estimate", "print estimates", HELP, run)
    add_warehouse(parser)
    add_analysis(parser)
    parser.add_argument(
        "--at-months",
        nargs="+",
        type=_month,
        metavar="MONTH",
        help="time points of the estimates (default: report_months of the study)",
    )
    parser.add_argument(
        "--format",
        choices=("table", "csv", "json"),
        default="table",
        help="what to print (default: table)",
    )
    parser.add_argument(
        "--tests",
        action="store_true",
        help="test groups against each other, by log-rank or Gray's test; the study "
        "is descriptive, and tests nothing by itself",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the estimates."""
    from survival.estimates import RENDERERS, estimate
    from survival.progress import Progress
    from survival.warehouse import Warehouse

    with Warehouse(arguments.warehouse) as warehouse:
        analyses = warehouse.find_analyses(arguments.analysis)
        note_unpublished(warehouse)
        with Progress("estimating", total=len(analyses)) as progress:
            estimates = estimate(
                warehouse,
                analyses,
                at_months=arguments.at_months or warehouse.report_months(),
                has_tests=arguments.tests,
                progress=progress.step,
            )
    sys.stdout.write(RENDERERS[arguments.format](estimates))
    return DONE


def _month(text: str) -> float:
    try:
        month = float(text)
    except ValueError:
        month = -1.0
    if not 0 <= month < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no month: give 0 or more")
    return month
