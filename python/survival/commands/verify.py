"""``survival verify``."""

from __future__ import annotations

import argparse
import sys

from survival.commands.common import (
    DONE,
    FAILED,
    Commands,
    add_analysis,
    add_warehouse,
    command,
)

HELP = """\
Recounts every analysis from time_to_event and survival_strata, compares the counts
with survival_event_table, refits, and compares with survival_curves and
survival_summary. A value on one side only is an infinite difference.
Exit code: 0 equal, 1 past the tolerance, 2 usage.
"""


def add(commands: Commands) -> None:
    """The command and its options."""
    summary = "compare the SQL estimates with Python's"
    parser = command(commands, "verify", summary, HELP, run)
    add_warehouse(parser)
    add_analysis(parser)
    parser.add_argument(
        "--tolerance",
        type=float,
        default=1e-9,
        help="largest difference that counts as equal (default: 1e-9)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the largest differences."""
    from survival.progress import Progress
    from survival.tables import verification_table
    from survival.verify import verify
    from survival.warehouse import Warehouse

    with Warehouse(arguments.warehouse) as warehouse:
        analyses = warehouse.find_analyses(arguments.analysis)
        with Progress("verifying", total=len(analyses)) as progress:
            result = verify(warehouse, analyses=analyses, progress=progress.step)
    is_equal = result.is_equal(tolerance=arguments.tolerance)
    sys.stdout.write(verification_table(result, tolerance=arguments.tolerance))
    return DONE if is_equal else FAILED
