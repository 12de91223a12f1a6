"""``survival check``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from survival.commands.common import (
    USAGE,
    Commands,
    command,
    complain,
    given_parameters,
)

if TYPE_CHECKING:
    from building.check import Checked

HELP = """\
Judges a delivery as `dbt build` would, without building: what was found, a row each.
Nothing is written but what is asked for, and no mart is touched.
Exit code: 0 accepted (warnings are listed), 1 refused, 2 usage.

  survival check ~/deliveries/2018-04
  survival check ~/deliveries/2018-04 --format html > findings.html

With --export it writes what a build on Spark reads, and the verdict that it asks for.

  survival check ~/deliveries/2018-04 --export lake/2018-04
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
    parser.add_argument(
        "--export",
        metavar="FOLDER",
        help="a new folder for the delivery as Spark reads it, with its verdict",
    )
    parser.add_argument(
        "--vars", metavar="YAML", help="with --export: parameters, as dbt takes them"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what the gate finds."""
    if not arguments.folder:
        return complain("name the delivery's folder, or set DELIVERY_DIR", USAGE)
    if arguments.vars and not arguments.export:
        return complain("--vars is of --export", USAGE)
    from building.check import CheckFailed, check, tell
    from building.lock import BuildRefused

    print("checking ...", file=sys.stderr)
    try:
        checked = _exported(arguments) if arguments.export else check(arguments.folder)
    except (BuildRefused, CheckFailed) as failed:
        return complain(failed, USAGE)
    return tell(checked, output_format=arguments.format)


def _exported(arguments: argparse.Namespace) -> Checked:
    from building.environment import warehouse_file
    from lake.build import check_to_lake
    from lake.folder import Lake

    checked, _ = check_to_lake(
        Path(arguments.folder),
        Lake(Path(os.path.abspath(arguments.export))),
        warehouse=warehouse_file(),
        given=given_parameters(arguments.vars),
    )
    return checked
