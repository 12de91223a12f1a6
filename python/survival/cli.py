"""The command ``survival``: parses and calls; nothing is computed here.

Exit codes: 0 done (verify: equal), 1 a difference or inconsistent data, 2 usage: what
was asked for does not exist.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from building.terminal import escape_letters

from survival.commands import (
    build,
    changes,
    check,
    completion,
    estimate,
    map,
    queries,
    report,
    rollback,
    verify,
)
from survival.commands.common import FAILED, USAGE, complain

DESCRIPTION = """\
Survival estimates from the marts of the warehouse, which is opened read-only.
WAREHOUSE names the file (default: warehouse.duckdb); --warehouse overrides it.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    escape_letters()
    arguments = _parser().parse_args(argv)
    # Imported after parsing, so that --help and slips of the user are answered at once.
    from survival.errors import CountsError, SurvivalError

    try:
        code = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except CountsError as error:
        return complain(error, FAILED)
    except SurvivalError as error:
        return complain(error, USAGE)
    except BrokenPipeError:
        # The reader (head, less) has gone; Python's own last flush must not fail too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return complain("interrupted", FAILED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="survival",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="command")
    for command in (
        estimate,
        verify,
        report,
        build,
        check,
        changes,
        map,
        queries,
        rollback,
        completion,
    ):
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
