"""Why each result moved between two published files: its causes, which add up.

The steps between the two are built with the same models, in a place of their own: the
code, the definitions, the patients who came or went, corrections, new follow-up. What a
step moves is its cause's share, so that the shares of a cell sum to its movement.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import duckdb
from delivery.contract import delivery_contract
from delivery.definitions import PROJECT, SEEDS
from delivery.faults import one_line

from building.check import reason_of
from building.hybrid import write_records
from building.journal import working_file
from building.log import STANDING, build_of_marts, read_log
from building.parsing import spare_parsing
from building.vocabularies import seed_columns

# In the order in which they are put in place. A new cut-off is new follow-up, and comes
# before any record of the new delivery.
DATA = ("patients", "corrections", "follow_up")
CAUSES = ("code", "definitions", *DATA)
CUT_OFF = "cut-off"
# Texts of the marts of results that an analysis has anyway, or are said before.
NO_KEYS = ("estimator", "population")
MARTS = ("table_one", "response_summary", "outcome_summary", "survival_summary")
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


@dataclass(frozen=True)
class Movement:
    """A result cell before and after, and each cause's share of the way.

    Attributes
    ----------
    before, after : float or None
        None where the cell is not there, or could not be estimated.
    shares : dict of str to float
        By cause; they sum to `after` less `before`. Empty where one of them is None.
    causes : tuple of str
        The causes that moved the cell.
    """

    cell: Cell
    before: float | None
    after: float | None
    shares: dict[str, float]
    causes: tuple[str, ...]


def explain(
    old: Path, new: Path, *, is_reversed: bool, step: Callable[[str], None]
) -> list[Movement]:
    """Every movement of a result between two published files.

    Parameters
    ----------
    old, new : Path
    is_reversed : bool
        Put the causes in place in the reverse order.
    step : callable
        Told of each step before it is built.

    Raises
    ------
    ChangesFailed
        Where a file is none of this project's, or a step cannot be built.
    """
    before, after = read_published(old), read_published(new)
    if before.study != after.study:
        raise ChangesFailed(
            f"{old} is of study '{before.study}', {new} of '{after.study}'"
        )
    order = CAUSES[::-1] if is_reversed else CAUSES
    done: list[tuple[str, Cells]] = []
    with tempfile.TemporaryDirectory() as place:
        steps = _Steps(before, after, Path(place))
        step("records compared")
        plan = steps.plan(order)
        for cause, in_place in plan[:-1]:
            step(f"{cause}{' (the cut-off alone)' if CUT_OFF in in_place else ''}")
            done.append((cause, steps.build(in_place)))
        done.append((plan[-1][0], after.cells))
    return list(_movements(before.cells, done))


def _movements(cells: Cells, done: list[tuple[str, Cells]]) -> Iterator[Movement]:
    states = [cells, *(reached for _, reached in done)]
    for cell in sorted(set().union(*states)):
        values = [state.get(cell) for state in states]
        if all(value == values[0] for value in values):
            continue
        moved, shares = [], dict.fromkeys(CAUSES, 0.0)
        for (cause, _), one, two in zip(done, values, values[1:], strict=False):
            if one != two:
                moved.append(cause)
            if one is not None and two is not None:
                shares[cause] += two - one
        yield Movement(
            cell=cell,
            before=values[0],
            after=values[-1],
            shares={} if None in values else shares,
            causes=tuple(dict.fromkeys(moved)),
        )


def read_published(path: Path) -> Published:
    """A published file's last build and its results."""
    try:
        standing = [row for row in read_log(path) if row["verdict"] in STANDING]
        if not standing:
            raise ChangesFailed(f"{path}: nothing is published in it")
        with duckdb.connect(str(path), read_only=True) as connection:
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
    for mart in MARTS:
        columns = [
            (name, kind == "VARCHAR" or name == "at_month")
            for name, kind, *_ in connection.execute(
                f"describe marts.{mart}"
            ).fetchall()
        ]
        keys = [name for name, is_key in columns if is_key and name not in NO_KEYS]
        if mart != "survival_summary":
            keys = ["population", *keys]
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


class _Steps:
    """What is built between two files, in a place that is thrown away."""

    def __init__(self, old: Published, new: Published, place: Path):
        self._old, self._new, self._place = old, new, place
        self._n_built = 0
        self._connection = duckdb.connect()
        for name, published in (("old", old), ("new", new)):
            quoted = str(published.path).replace("'", "''")
            self._connection.execute(f"attach '{quoted}' as {name} (read_only)")
        self._seeds = self._seeds_changed()
        self._cut_offs = [self._delivered_on("old"), self._delivered_on("new")]

    def plan(self, order: tuple[str, ...]) -> list[tuple[str, frozenset[str]]]:
        """Each step: its cause, and what is in place with it; the last is the new file.

        A cause of which there is nothing has no step, but for the last one.
        """
        held = self._has_any()
        wanted = [c for c in order if held[c]] or [order[-1]]
        in_place, plan = set(order) - set(wanted), []
        for cause in wanted:
            is_early = cause in DATA[:-1] and not in_place & set(DATA)
            if is_early and self._cut_offs[0] != self._cut_offs[1]:
                plan.append(("follow_up", frozenset(in_place | {CUT_OFF})))
            in_place.add(cause)
            plan.append((cause, frozenset(in_place)))
        return plan

    def _has_any(self) -> dict[str, bool]:
        self._connection.execute(
            f"attach '{self._record_changes()}' as changes (read_only)"
        )
        ((n_moved,), (n_corrected,), (n_followed,)) = self._connection.execute(
            "with changes as (select * from changes.marts.record_changes) "
            "select count(*) from changes where table_name = 'patients' "
            "and change <> 'changed' "
            "union all select count(*) from changes where not is_after_cutoff "
            "union all select count(*) from changes where is_after_cutoff"
        ).fetchall()
        return {
            "code": self._old.code_commit != self._new.code_commit,
            "definitions": bool(self._seeds)
            or self._old.parameters != self._new.parameters,
            "patients": n_moved > 0,
            "corrections": n_corrected > 0,
            "follow_up": n_followed > 0 or self._cut_offs[0] != self._cut_offs[1],
        }

    def _delivered_on(self, name: str) -> tuple:
        return self._connection.execute(
            "select any_value(delivered_on), any_value(data_cutoff_date) "
            f"from {name}.delivery.manifest"
        ).fetchall()[0]

    def _seeds_changed(self) -> list[str]:
        """The seeds that both files hold, and not with the same rows."""
        held = [
            {
                table
                for (table,) in self._connection.execute(
                    "select table_name from duckdb_tables() where "
                    "schema_name = 'definitions' and database_name = ?",
                    [name],
                ).fetchall()
            }
            for name in ("old", "new")
        ]
        return [
            seed
            for seed in sorted(held[0] & held[1] & set(seed_columns()))
            if self._rows(f"old.definitions.{seed}")
            != self._rows(f"new.definitions.{seed}")
        ]

    def _rows(self, relation: str) -> list[tuple]:
        table = self._connection.execute(f"from {relation} order by all")
        return [tuple(column[0] for column in table.description), *table.fetchall()]

    def build(self, in_place: frozenset[str]) -> Cells:
        """The results with these causes in place and no other."""
        self._n_built += 1
        delivery = self._place / f"delivery_{self._n_built}"
        write_records(self._connection, delivery, causes=in_place & set(DATA))
        is_later = bool(in_place & {CUT_OFF, *DATA})
        self._write_manifest(delivery, self._cut_offs[is_later])
        ours = "definitions" in in_place
        name = "new" if ours else "old"
        working = self._run(
            "+table_one",
            "+response_summary",
            "+outcome_summary",
            "+survival_summary",
            delivery=delivery,
            warehouse=self._place / "step.duckdb",
            project=PROJECT if ours or not self._seeds else self._earlier_project(),
            given=self._given(name),
        )
        with duckdb.connect(str(working), read_only=True) as connection:
            ((is_accepted,),) = connection.execute(
                "select is_accepted from quality.verdict"
            ).fetchall()
            if not is_accepted:
                reasons = connection.execute(
                    "select message from quality.gate_failures where is_stop"
                ).fetchall()
                raise ChangesFailed(
                    "the gate refuses what is between the two deliveries, with "
                    f"{', '.join(sorted(in_place))} in place; ask for the other "
                    "order: " + one_line("; ".join(message for (message,) in reasons))
                )
            return read_cells(connection)

    def _record_changes(self) -> Path:
        """A working file with the mart `record_changes` of the two deliveries."""
        warehouse = self._place / "compared.duckdb"
        shutil.copyfile(self._old.path, warehouse)
        whole = self._place / "delivery_new"
        write_records(self._connection, whole, causes=None)
        self._write_manifest(whole, self._cut_offs[1])
        return self._run(
            "+record_changes",
            delivery=whole,
            warehouse=warehouse,
            project=PROJECT,
            given=self._given("new"),
        )

    def _given(self, name: str) -> dict[str, str | list[str]]:
        """What ``--vars`` said of a file's parameters; what lists several is a list."""
        said = self._old.parameters if name == "old" else self._new.parameters
        defined = dict(
            self._connection.execute(
                f"select parameter, value from {name}.definitions.parameters"
            ).fetchall()
        )
        return {
            parameter: value.split(",") if "," in value else value
            for parameter, value in said.items()
            if value != defined.get(parameter)
        }

    def _earlier_project(self) -> Path:
        """The project with the definitions of the file before."""
        copy = self._place / "project"
        if copy.exists():
            return copy
        shutil.copytree(
            PROJECT,
            copy,
            ignore=shutil.ignore_patterns(".*", "target", "logs", "tests"),
        )
        for seed in self._seeds:
            (path,) = (copy / "seeds" / name for name in self._seed_paths(seed))
            columns = ", ".join(seed_columns()[seed])
            self._connection.execute(
                f"copy (select {columns} from old.definitions.{seed}) "
                f"to '{path}' (header, delimiter ',', quote '\"')"
            )
        return copy

    def _seed_paths(self, seed: str) -> list[Path]:
        folders = (SEEDS / "shared", SEEDS / self._new.study)
        return [
            (folder / f"{seed}.csv").relative_to(SEEDS)
            for folder in folders
            if (folder / f"{seed}.csv").exists()
        ]

    def _write_manifest(self, delivery: Path, days: tuple) -> None:
        with (delivery / "manifest.csv").open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(c.name for c in delivery_contract()["manifest"].columns)
            for path in sorted(delivery.glob("*.csv")):
                if path.stem != "manifest":
                    content = path.read_bytes()
                    ((n_rows,),) = self._connection.execute(
                        "select count(*) from read_csv(?, all_varchar = true)",
                        [str(path)],
                    ).fetchall()
                    row = (path.stem, "between", *days, n_rows)
                    writer.writerow([*row, sha256(content).hexdigest()])

    def _run(
        self,
        *selected: str,
        delivery: Path,
        warehouse: Path,
        project: Path,
        given: dict[str, str | list[str]],
    ) -> Path:
        target = self._place / f"target_{project.name}"
        if project == PROJECT:
            spare_parsing(target)
        completed = subprocess.run(
            [
                Path(sys.executable).with_name("dbt"),
                *("build", "--project-dir", project, "--profiles-dir", project),
                *("--exclude-resource-type", "test"),
                *("--exclude-resource-type", "unit_test"),
                *("--vars", json.dumps(given)),
                *("--select", *selected),
            ],
            cwd=project,
            env={k: v for k, v in os.environ.items() if not k.startswith("DBT_")}
            | {
                "PYTHONPATH": str(project / "python"),
                "PYTHONIOENCODING": "utf-8",
                "STUDY": self._new.study,
                "DELIVERY_DIR": str(delivery),
                "WAREHOUSE": str(warehouse),
                "DBT_TARGET_PATH": str(target),
                "DBT_LOG_PATH": str(self._place / "logs"),
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if completed.returncode:
            printed = completed.stdout + completed.stderr
            raise ChangesFailed(f"a step could not be built: {reason_of(printed)}")
        return working_file(warehouse)
