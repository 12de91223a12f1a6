"""The command `dbt`, with one slip told that dbt's own reader dies of."""

import os
import re
import sys
import warnings
from collections.abc import Iterator

import yaml
from dbt.cli.main import cli

from building.log import code_commit


def impossible_day(arguments: list[str]) -> str | None:
    """A day in ``--vars`` that the calendar has not, or None.

    YAML makes a date of a bare `2018-02-31`, and fails in dbt before anything of the
    project is asked; what is quoted reaches the check of the parameters.

    Parameters
    ----------
    arguments : list of str
        As typed after `dbt`.
    """
    given = [
        following if argument == "--vars" else argument.removeprefix("--vars=")
        for argument, following in zip(arguments, [*arguments[1:], ""], strict=True)
        if argument == "--vars" or argument.startswith("--vars=")
    ]
    return next((day for text in given for day in _impossible_days(text)), None)


def _impossible_days(text: str) -> Iterator[str]:
    for day in re.findall(r"[^\"'\d](\d{4}-\d{1,2}-\d{1,2})\b", text):
        try:
            yaml.safe_load(day)
        except ValueError:
            yield day


def main() -> None:
    """Run dbt as its own command does."""
    if day := impossible_day(sys.argv[1:]):
        sys.exit(f"--vars: {day} is no day of the calendar")
    # Spark asks whether this is the code that checked what it reads.
    os.environ["CODE_COMMIT"] = code_commit() or ""
    # dbt-spark asks every session for Hive, and Spark Connect declines each time.
    warnings.filterwarnings("ignore", r"Failed to set spark\.sql\.catalogImpl")
    cli()
