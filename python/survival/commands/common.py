"""What the commands share: exit codes, the options of several, complaints."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from survival.warehouse import Warehouse

DONE, FAILED, USAGE = 0, 1, 2
Commands = argparse._SubParsersAction


def complain(error: object, code: int) -> int:
    """Say on stderr what went wrong; the exit code."""
    print(f"survival: {error}", file=sys.stderr)
    return code


def command(
    commands: Commands,
    name: str,
    summary: str,
    description: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    """A command with its help, and what runs it."""
    parser = commands.add_parser(
        name,
        help=summary,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def add_warehouse(parser: argparse.ArgumentParser) -> None:
    """``--warehouse``."""
    parser.add_argument(
        "--warehouse",
        metavar="FILE",
        help="the published DuckDB file (default: $WAREHOUSE, or warehouse.duckdb)",
    )


def add_analysis(parser: argparse.ArgumentParser) -> None:
    """``--analysis``."""
    parser.add_argument(
        "--analysis",
        action="append",
        default=[],
        metavar="ID",
        help="an analysis, or the beginning of its name; may be repeated "
        "(default: all)",
    )


def given_parameters(given: str | None) -> dict[str, object]:
    """What ``--vars`` says.

    Raises
    ------
    CheckFailed
        Where it is no mapping.
    """
    import yaml
    from building.check import CheckFailed

    try:
        said = yaml.safe_load(given or "{}")
    except (yaml.YAMLError, ValueError) as error:
        raise CheckFailed("--vars cannot be read as YAML") from error
    if not isinstance(said, dict):
        raise CheckFailed("--vars is no mapping of parameters to values")
    return said


def note_unpublished(warehouse: Warehouse) -> None:
    """Say on stderr that the marts are not those of the latest delivery."""
    for later in warehouse.unpublished_since()[-1:]:
        print(
            f"survival: note: delivery {later.delivery_id or 'of unknown id'} was "
            f"{later.verdict} ({later.reason or 'no reason recorded'}); these are the "
            "marts of the delivery before",
            file=sys.stderr,
        )
