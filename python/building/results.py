"""The results of a published file: every number of its marts of results, as a cell."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from delivery.faults import one_line

from building.log import STANDING, build_of_marts, opened, read_log

# The marts of results, and their texts that are no part of a row's key.
MARTS: dict[str, tuple[str, ...]] = {
    "table_one": (),
    "response_summary": (),
    "outcome_summary": (),
    "survival_summary": ("estimator", "population"),
}
Cell = tuple[str, str, str]
Cells = dict[Cell, float | None]


class ChangesFailed(Exception):
    """Movements that cannot be explained, in one line."""


@dataclass(frozen=True)
class Published:
    """A published file, and the build that it is of."""

    path: Path
    build_id: str
    study: str
    code_commit: str | None
    parameters: dict[str, str]
    cells: Cells = field(repr=False)


def read_published(path: Path) -> Published:
    """A published file's last build and its results."""
    try:
        standing = [row for row in read_log(path) if row["verdict"] in STANDING]
        if not standing:
            raise ChangesFailed(f"{path}: nothing is published in it")
        with opened(path) as connection:
            cells = read_cells(connection)
    except duckdb.Error as error:
        raise ChangesFailed(
            f"{path} cannot be read: {one_line(str(error), limit=160)}"
        ) from error
    row = standing[-1]
    return Published(
        path=path.resolve(),
        build_id=build_of_marts(row),
        study=row["study"],
        code_commit=row["code_commit"],
        parameters=json.loads(row["parameters"]),
        cells=cells,
    )


def read_cells(connection: duckdb.DuckDBPyConnection) -> Cells:
    """Every number of the marts of results, by mart, key and column."""
    cells: Cells = {}
    for mart, no_keys in MARTS.items():
        columns = [
            (name, kind == "VARCHAR" or name == "at_month")
            for name, kind, *_ in connection.execute(
                f"describe marts.{mart}"
            ).fetchall()
        ]
        keys = [name for name, is_key in columns if is_key and name not in no_keys]
        numbers = [name for name, is_key in columns if not is_key]
        named = ", ".join([*keys, *numbers])
        for row in connection.execute(f"select {named} from marts.{mart}").fetchall():
            key = " ".join(
                f"{name}={value}"
                for name, value in zip(keys, row, strict=False)
                if value is not None
            )
            for name, value in zip(numbers, row[len(keys) :], strict=True):
                cells[mart, key, name] = None if value is None else float(value)
    return cells
