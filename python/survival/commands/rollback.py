"""``survival rollback``."""

from __future__ import annotations

import argparse

from survival.commands.common import DONE, USAGE, Commands, command, complain

HELP = """\
Goes back to a published file that was kept: one step, atomic for every reader, noted in
marts.delivery_log. What was published until then is kept in its place, so that the same
command leads forward again. Without an argument, lists what is kept.
Files are kept where it is asked for: KEEP_PUBLISHED=3 dbt build keeps the last three,
in the folder WAREHOUSE.kept.
Exit code: 0 done, 2 usage: there is no such file, or a build is at work.

  survival rollback
  survival rollback 1
  survival rollback 2018-03
"""


def add(commands: Commands) -> None:
    """The command and its options."""
    summary = "go back to an earlier published file"
    parser = command(commands, "rollback", summary, HELP, run)
    parser.add_argument(
        "wanted",
        nargs="?",
        metavar="N|DELIVERY",
        help="the file's number, 1 the newest, or its delivery (default: list them)",
    )


def run(arguments: argparse.Namespace) -> int:
    """List the files, or put one in the place of the published one."""
    from building.environment import warehouse_file
    from building.keeping import go_back, kept_files
    from building.lock import BuildRefused

    try:
        warehouse = warehouse_file()
        if arguments.wanted:
            back = go_back(warehouse, arguments.wanted)
            print(f"published: {warehouse}, of delivery {back.facts}")
            return DONE
        kept = kept_files(warehouse)
    except BuildRefused as refused:
        return complain(refused, USAGE)
    for number, file in enumerate(kept, start=1):
        print(f"{number}  {file.facts}")
    if not kept:
        print("nothing is kept: KEEP_PUBLISHED=3 dbt build keeps the last three files")
    return DONE
