"""Every measurement of the project in one table, each beside its floor or its peers.

make bench
python tests/benchmarks/bench.py --patients 10000 --runs 1
python tests/benchmarks/bench.py --only build gate --compare HEAD~10

Medians of the runs, which take turns, so that a busy machine slows all alike: wall
seconds, CPU seconds and the peak memory of the whole process tree. `times` compares
the CPU seconds with those of the first row of the group, its floor or this project.
With `--compare` the commands of another commit take turns with this one's.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from math import isnan, nan
from pathlib import Path
from typing import Any

import estimators
import floors
from measuring import Cost, measured

PROJECT = Path(__file__).parents[2]
HERE = Path(__file__).parent
DELIVERIES = PROJECT / "dbt_project" / "deliveries"
EXAMPLE = DELIVERIES / "example"
DBT = Path(sys.executable).with_name("dbt")
GROUPS = ("everyday", "build", "gate", "estimators", "report")
COLUMNS = ("what", "patients", "by", "wall s", "cpu s", "peak MB", "times")


@dataclass
class Row:
    """A line of the table: how to run it once, and what the runs cost."""

    what: str
    patients: str
    by: str
    run: Callable[[], Cost]
    costs: list[Cost] = field(default_factory=list)

    def median(self, name: str) -> float:
        """Of the runs."""
        return statistics.median(getattr(cost, name) for cost in self.costs)


@dataclass(frozen=True)
class Version:
    """A commit's working tree, and a place for what its commands write."""

    name: str
    project: Path
    place: Path

    @property
    def environment(self) -> dict[str, str]:
        """Its own packages first, whatever is installed."""
        packages = (self.project / "python", self.project)
        return {
            "PYTHONPATH": os.pathsep.join(map(str, packages)),
            "WAREHOUSE": str(self.place / "warehouse.duckdb"),
            "DBT_TARGET_PATH": str(self.place / "target"),
            "DBT_LOG_PATH": str(self.place / "logs"),
        }

    def dbt(self, command: str, delivery: Path) -> Cost:
        """A dbt command on a delivery."""
        environment = self.environment | {"DELIVERY_DIR": str(delivery)}
        return measured(
            [sys.executable, DBT, command], cwd=self.project, environment=environment
        )

    def survival(self, *arguments: str | Path, allowed: tuple[int, ...] = (0,)) -> Cost:
        """A command of the project's own."""
        command = [sys.executable, "-m", "survival.cli", *arguments]
        return measured(
            command, cwd=self.place, environment=self.environment, allowed=allowed
        )

    def built(self, delivery: Path) -> Cost:
        """A build after one that has parsed all; only later ones are compared."""
        if not (self.place / "target" / "partial_parse.msgpack").exists():
            self.dbt("parse", delivery)
        return self.dbt("build", delivery)

    def gate_of_last_build(self) -> Cost:
        """The seconds of the gate's nodes in it; no process is theirs alone."""
        text = (self.place / "target" / "run_results.json").read_text(encoding="utf-8")
        seconds = sum(
            result["execution_time"]
            for result in json.loads(text)["results"]
            if '."quality".' in (result["relation_name"] or "")
            or "assert_delivery_accepted" in result["unique_id"]
        )
        return Cost(seconds, nan, nan, "")


class Bench:
    """Deliveries that are made once, and the rows of each group."""

    def __init__(self, place: Path, versions: list[Version], sizes: list[int]) -> None:
        self.place, self.versions, self.sizes = place, versions, sizes

    def delivery(self, patients: int, file_format: str) -> Path:
        """A synthetic delivery of so many patients."""
        folder = self.place / f"{patients}.{file_format}"
        if not folder.exists():
            options = ["--patients", str(patients), "--format", file_format]
            generate = [sys.executable, DELIVERIES / "generate.py", "--output", folder]
            measured([*generate, *options])
        return folder

    def read(self, delivery: Path) -> Cost:
        """The floor of a large build."""
        database = self.place / "floor.duckdb"
        database.unlink(missing_ok=True)
        return measured([sys.executable, HERE / "floors.py", delivery, database])

    def of_versions(
        self, what: str, size: str, run: str, *arguments: Any, **options: Any
    ) -> list[Row]:
        """A row for each version, of one of its methods."""
        return [
            Row(
                what,
                size,
                version.name,
                partial(getattr(version, run), *arguments, **options),
            )
            for version in self.versions
        ]

    def everyday(self) -> Iterator[list[Row]]:
        """A build of the example beside starting dbt and Great Expectations."""
        empty = floors.empty_project(self.place / "empty")
        measured([sys.executable, DBT, "parse"], cwd=empty)
        yield [
            Row("everyday build", "example", "floor", partial(_started, empty)),
            *self.of_versions("everyday build", "example", "built", EXAMPLE),
        ]

    def build(self) -> Iterator[list[Row]]:
        """Builds of many patients beside the floor, and their endpoints alone."""
        for patients in self.sizes:
            for file_format in ("csv", "parquet"):
                delivery = self.delivery(patients, file_format)
                what, size = f"build, {file_format}", f"{patients:,}"
                yield [
                    Row(what, size, "floor", partial(self.read, delivery)),
                    *self.of_versions(what, size, "built", delivery),
                    *self.of_versions("of which the gate", size, "gate_of_last_build"),
                    *(
                        Row(
                            what,
                            size,
                            f"{by}, the endpoints alone",
                            partial(
                                measured,
                                [sys.executable, HERE / f"endpoints_{by}.py", delivery],
                            ),
                        )
                        for by in ("pandas", "polars")
                    ),
                ]

    def gate(self) -> Iterator[list[Row]]:
        """`survival check`: the gate without a build."""
        for size, delivery in self.deliveries("csv", self.sizes):
            yield self.of_versions(
                "survival check", size, "survival", "check", delivery, allowed=(0, 1)
            )

    def estimators(self) -> Iterator[list[Row]]:
        """One fit from the patients' times, beside other libraries."""
        largest = (10 * self.sizes[-1], 24)
        for patients, n_strata in (*((n, 1) for n in (249, *self.sizes)), largest):
            for estimator, fits in estimators.ESTIMATORS.items():
                what = estimator if n_strata == 1 else f"{estimator}, {n_strata} strata"
                yield [
                    Row(
                        what,
                        f"{patients:,}",
                        by,
                        partial(estimators.cost, estimator, by, patients, n_strata),
                    )
                    for by in fits
                    if estimators.is_feasible(estimator, by, patients)
                ]

    def report(self) -> Iterator[list[Row]]:
        """What reads a published file, of the example and of the largest build."""
        for size, delivery in self.deliveries("parquet", self.sizes[-1:]):
            for version in self.versions:
                version.built(delivery)
            for what, *arguments in (("report", "--output", "report"), ("verify",)):
                yield self.of_versions(
                    f"survival {what}", size, "survival", what, *arguments
                )

    def deliveries(
        self, file_format: str, sizes: Iterable[int]
    ) -> Iterator[tuple[str, Path]]:
        """The example, and a delivery of each size, with how they are called."""
        yield "example", EXAMPLE
        for patients in sizes:
            yield f"{patients:,}", self.delivery(patients, file_format)


def _started(empty: Path) -> Cost:
    """The floor of an everyday build."""
    imports = [sys.executable, "-c", floors.IMPORT_OF_GREAT_EXPECTATIONS]
    return _sum(measured([sys.executable, DBT, "build"], cwd=empty), measured(imports))


def _sum(first: Cost, second: Cost) -> Cost:
    """One after the other."""
    return Cost(
        first.wall + second.wall,
        first.cpu + second.cpu,
        max(first.peak_mb, second.peak_mb),
        first.output + second.output,
    )


def table(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    """The cells of a group, which its first row is compared with."""
    for row in rows:
        yield (
            *(row.what, row.patients, row.by),
            *(_number(row.median(name), digits=3) for name in ("wall", "cpu")),
            _number(row.median("peak_mb"), digits=0),
            _number(row.median("cpu") / max(rows[0].median("cpu"), 1e-6), digits=1),
        )


def _number(number: float, *, digits: int) -> str:
    """As text; a dash where nothing was measured."""
    return "-" if isnan(number) else f"{number:,.{digits}f}"


@contextmanager
def worktree(revision: str, folder: Path) -> Iterator[Path]:
    """The files of another commit."""
    git = ["git", "-C", PROJECT, "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", folder, revision], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", folder], check=True)


def machine() -> str:
    """What it was measured on."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {gigabytes:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def main() -> None:
    """Print the table, a group at a time."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=GROUPS)
    parser.add_argument("--patients", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--compare", metavar="REV", help="another commit, in turn")
    parser.add_argument("--place", type=Path, help="a folder with room, kept")
    options = parser.parse_args()
    with ExitStack() as stack:
        place = options.place
        if place is None:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        versions = [Version("this", PROJECT, place / "this")]
        if options.compare:
            other = stack.enter_context(worktree(options.compare, place / "worktree"))
            versions.append(Version(options.compare, other, place / "other"))
        for version in versions:
            version.place.mkdir(parents=True, exist_ok=True)
        bench = Bench(place.resolve(), versions, sorted(options.patients))
        print(machine())
        print("| " + " | ".join(COLUMNS) + " |")
        print("|" + "---|" * len(COLUMNS))
        for group in options.only:
            for rows in getattr(bench, group)():
                for _ in range(options.runs):
                    for row in rows:
                        row.costs.append(row.run())
                for cells in table(rows):
                    print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
