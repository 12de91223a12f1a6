"""``survival changes``."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from survival.commands.common import (
    DONE,
    USAGE,
    Commands,
    command,
    complain,
)

if TYPE_CHECKING:
    from building.causes import Movement

HELP = """\
Says why each result moved between two published files. The steps between them are built
with the same models, in a place of their own, and what a step moves is its cause's:
  code         other code of the project
  definitions  other seeds or parameters
  patients     patients who were added or removed
  corrections  records of days until the earlier cut-off that changed
  follow_up    a new cut-off, and what is told of days after the earlier one
The shares of a result sum to its movement. They depend on the order of the steps, which
is this one; --reverse takes the opposite. Takes about a build per step.

  survival changes april.duckdb may.duckdb
  survival changes april.duckdb --result all__os --format csv > moved.csv
"""
# Shown where nothing is asked for: who was counted, and the medians.
_HEADLINES = (
    ("table_one", "subset=all variable=patients level=all statistic=count", "value"),
    ("survival_summary", "stratum=all statistic=median_months", "estimate"),
)


def add(commands: Commands) -> None:
    """The command and its options."""
    summary = "say why each result moved between two builds"
    parser = command(commands, "changes", summary, HELP, run)
    parser.add_argument("old", metavar="OLD", help="the file published before")
    parser.add_argument(
        "new", metavar="NEW", nargs="?", help="the later one (default: $WAREHOUSE)"
    )
    parser.add_argument(
        "--reverse", action="store_true", help="put the causes in place in reverse"
    )
    parser.add_argument(
        "--result",
        metavar="TEXT",
        help="only results whose mart, key or column has this in it",
    )
    parser.add_argument(
        "--format",
        choices=("table", "csv"),
        default="table",
        help="what to print (default: table, of the headlines; csv has all)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print every movement with its causes."""
    from building.causes import explain
    from building.environment import warehouse_file
    from building.results import ChangesFailed
    from building.steps import CAUSES

    order = CAUSES[::-1] if arguments.reverse else CAUSES
    print(f"in this order: {', '.join(order)}", file=sys.stderr)
    try:
        movements = explain(
            Path(arguments.old),
            Path(arguments.new or warehouse_file()),
            is_reversed=arguments.reverse,
            step=lambda name: print(f"building: {name} ...", file=sys.stderr),
        )
    except ChangesFailed as failed:
        return complain(failed, USAGE)
    asked = [m for m in movements if (arguments.result or "") in " ".join(m.cell)]
    if arguments.format == "csv":
        _write_csv(asked, CAUSES)
    else:
        shown = asked if arguments.result else list(filter(_is_headline, asked))
        _print_table(shown, CAUSES)
        print(
            f"{len(movements)} numbers moved, {len(shown)} shown: --format csv has all"
        )
    return DONE


def _is_headline(movement: Movement) -> bool:
    mart, key, column = movement.cell
    return any(
        (mart, column) == (headline, of) and key.endswith(end)
        for headline, end, of in _HEADLINES
    )


def _print_table(movements: list[Movement], causes: tuple[str, ...]) -> None:
    from survival.tables import aligned

    rows = [("result", "before", "after", *causes)]
    for movement in movements:
        # A share of what could not be estimated on the way has no size: it is marked.
        shares = (
            f"{movement.shares[cause]:+.4g}"
            if movement.shares and cause in movement.causes
            else "x"
            if cause in movement.causes
            else ""
            for cause in causes
        )
        _, key, column = movement.cell
        rows.append(
            (
                f"{key} {column}",
                _number(movement.before),
                _number(movement.after),
                *shares,
            )
        )
    print("\n".join(aligned(rows)))


def _number(value: float | None) -> str:
    return "not estimable" if value is None else f"{value:.6g}"


def _write_csv(movements: list[Movement], causes: tuple[str, ...]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(
        ("mart", "mart_key", "mart_column", "before", "after", *causes, "causes")
    )
    for movement in movements:
        shares = [movement.shares.get(cause) for cause in causes]
        values = (movement.before, movement.after)
        writer.writerow((*movement.cell, *values, *shares, " ".join(movement.causes)))
