"""What lies between two published files, built with the same models."""

import csv
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
from delivery.contract import delivery_contract
from delivery.definitions import PROJECT, seed_file
from delivery.faults import one_line

from building.apart import build_apart
from building.check import reason_of
from building.environment import within_memory
from building.hybrid import write_records
from building.results import MARTS, Cells, ChangesFailed, Published, read_cells
from building.seeds import seed_columns

# In the order in which they are put in place. A new cut-off is new follow-up, and comes
# before any record of the new delivery.
DATA = ("patients", "corrections", "follow_up")
CAUSES = ("code", "definitions", *DATA)
CUT_OFF = "cut-off"


class Steps:
    """What is built between two files, in a place that is thrown away."""

    def __init__(self, old: Published, new: Published, place: Path):
        self._old, self._new, self._place = old, new, place
        self._n_built = 0
        self._connection = duckdb.connect(config=within_memory())
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
            *(f"+{mart}" for mart in MARTS),
            delivery=delivery,
            warehouse="step",
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
        shutil.copyfile(self._old.path, self._place / "compared.duckdb")
        whole = self._place / "delivery_new"
        write_records(self._connection, whole, causes=None)
        self._write_manifest(whole, self._cut_offs[1])
        return self._run(
            "+record_changes",
            delivery=whole,
            warehouse="compared",
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
            path = copy / seed_file(seed).relative_to(PROJECT)
            columns = ", ".join(seed_columns()[seed])
            self._connection.execute(
                f"copy (select {columns} from old.definitions.{seed}) "
                f"to '{path}' (header, delimiter ',', quote '\"')"
            )
        return copy

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

    def _run(self, *selected: str, warehouse: str, **options: Any) -> Path:
        working, failed = build_apart(
            [*selected], place=self._place, warehouse=warehouse, **options
        )
        if failed is not None:
            raise ChangesFailed(f"a step could not be built: {reason_of(failed)}")
        return working
