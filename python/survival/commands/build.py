"""``survival build`` and ``survival publish``."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from survival.commands.common import (
    DONE,
    FAILED,
    USAGE,
    Commands,
    command,
    complain,
    given_parameters,
)

HELP = """\
Builds a delivery and publishes it, as `dbt build` does, on DuckDB or on Spark.
On Spark it checks the delivery here, builds the same models there, and publishes what
they made: `survival check --export`, `dbt build --target spark` and `survival publish`,
which can be called one by one. Exit code: 0 published, 1 refused or failed, 2 usage.

  survival build ~/deliveries/2018-04
  survival build ~/deliveries/2018-04 --target spark
"""
PUBLISH_HELP = """\
Makes the file that people read of what Spark built in a folder, and replaces the old
one in one step. Refuses a build that did not come to its end.

  survival publish lake/20180502T101500
"""


def add(commands: Commands) -> None:
    """The two commands and their options."""
    parser = command(commands, "build", "build and publish a delivery", HELP, run)
    parser.add_argument(
        "folder",
        nargs="?",
        default=os.environ.get("DELIVERY_DIR"),
        help="the delivery (default: $DELIVERY_DIR, else the study's own)",
    )
    parser.add_argument(
        "--target",
        choices=("duckdb", "spark", "spark_connect", "spark_thrift"),
        default="duckdb",
        help="where the models run, of profiles.yml (default: duckdb)",
    )
    parser.add_argument(
        "--lake",
        metavar="FOLDER",
        help="of a build on Spark: a new folder for what it reads and writes "
        "(default: one in lake/ beside the published file, named by the time)",
    )
    parser.add_argument("--vars", metavar="YAML", help="parameters, as dbt takes them")
    publish = command(
        commands, "publish", "publish what Spark built", PUBLISH_HELP, run_publish
    )
    publish.add_argument("lake", metavar="FOLDER", help="the build's folder")


def run(arguments: argparse.Namespace) -> int:
    """Build, on one engine or the other."""
    if arguments.target == "duckdb":
        return _on_duckdb(arguments)
    from building.check import CheckFailed
    from building.environment import delivery_folder, warehouse_file
    from building.lock import BuildRefused
    from lake.build import check_to_lake, logged_unless_published, run_on_spark
    from lake.folder import Lake
    from lake.publishing import publish_lake

    try:
        warehouse = warehouse_file()
        folder = Path(arguments.folder or delivery_folder())
        time = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
        lake = Lake(
            Path(os.path.abspath(arguments.lake or warehouse.parent / "lake" / time))
        )
        _say(f"checking {folder} ...")
        checked, row = check_to_lake(
            folder, lake, warehouse=warehouse, given=given_parameters(arguments.vars)
        )
        with logged_unless_published(warehouse, row):
            if not checked.is_accepted:
                raise BuildRefused("\n".join((*checked.reasons, "refused")))
            _say(f"building on Spark in {lake.place} ...")
            run_on_spark(lake, target=arguments.target, given=arguments.vars)
            publish_lake(lake, warehouse)
    except CheckFailed as failed:
        return complain(failed, FAILED)
    except BuildRefused as refused:
        return complain(f"{refused}: {warehouse} is as it was", FAILED)
    print(f"published: {warehouse}")
    return DONE


def _on_duckdb(arguments: argparse.Namespace) -> int:
    if arguments.lake:
        return complain("--lake is of a build on Spark: add --target spark", USAGE)
    from building.apart import dbt_build
    from building.environment import warehouse_file
    from building.lock import BuildRefused

    try:
        places = {"WAREHOUSE": os.path.abspath(warehouse_file())}
    except BuildRefused as refused:
        return complain(refused, FAILED)
    if arguments.folder:
        places["DELIVERY_DIR"] = os.path.abspath(arguments.folder)
    given = ("--vars", arguments.vars) if arguments.vars else ()
    completed = dbt_build(*given, env=os.environ | places)
    return FAILED if completed.returncode else DONE


def run_publish(arguments: argparse.Namespace) -> int:
    """Publish what Spark built."""
    from building.environment import warehouse_file
    from building.lock import BuildRefused
    from lake.folder import Lake
    from lake.publishing import publish_lake

    try:
        warehouse = warehouse_file()
        publish_lake(Lake(Path(os.path.abspath(arguments.lake))), warehouse)
    except BuildRefused as refused:
        return complain(refused, FAILED)
    print(f"published: {warehouse}")
    return DONE


def _say(line: str) -> None:
    print(line, file=sys.stderr)
