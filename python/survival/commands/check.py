"""``survival check``."""

from __future__ import annotations

import argparse
import os
import sys

from survival.commands.common import USAGE, Commands, command, complain

HELP = """\
Judges a delivery as `dbt build` would, without building: what was found, a row each.
Nothing is written but what is asked for, and no mart is touched.
Exit code: 0 accepted (warnings are listed), 1 refused, 2 usage.

  survival check ~/deliveries/2018-04
  survival check ~/deliveries/2018-04 --format html > findings.html
"""


def add(commands: Commands) -> None:
    """The command and its options."""
    summary = "judge a delivery without building"
    parser = command(commands, "check", summary, HELP, run)
    parser.add_argument(
        "folder",
        nargs="?",
        default=os.environ.get("DELIVERY_DIR"),
        help="the delivery (default: $DELIVERY_DIR)",
    )
    parser.add_argument(
        "--format",
        choices=("table", "csv", "json", "html"),
        default="table",
        help="what to print (default: table)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what the gate finds."""
    if not arguments.folder:
        return complain("name the delivery's folder, or set DELIVERY_DIR", USAGE)
    from building.check import CheckFailed
    from building.check import main as check

    print("checking ...", file=sys.stderr)
    try:
        return check(arguments.folder, output_format=arguments.format)
    except CheckFailed as failed:
        return complain(failed, USAGE)
