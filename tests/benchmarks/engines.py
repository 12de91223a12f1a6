"""What the same build costs on DuckDB and on Spark, and whether both made the same.

python tests/benchmarks/engines.py 100000
python tests/benchmarks/engines.py 100000 --place ~/engines --target spark_connect

Wall seconds, CPU seconds and the peak memory of the whole process tree. It needs the
extra `spark` and Java 17; memory of a server that runs elsewhere is not counted.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measuring import Cost, measured

PROJECT = Path(__file__).parents[2]
GENERATE = PROJECT / "dbt_project" / "deliveries" / "generate.py"
BIN = Path(sys.executable).parent
N_SLOWEST = 8


class Engines:
    """A synthetic delivery of so many patients, built by both."""

    def __init__(self, place: Path, patients: int, target: str) -> None:
        self.place, self.patients, self.target = place, patients, target
        self.delivery, self.lake = place / "delivery", place / "lake"

    def costs(self) -> Iterator[tuple[str, Cost]]:
        """Of each command, in their order."""
        if not self.delivery.exists():
            options = ["--patients", str(self.patients), "--format", "parquet"]
            measured([sys.executable, GENERATE, "--output", self.delivery, *options])
        duckdb = self._environment("duckdb") | {"DELIVERY_DIR": str(self.delivery)}
        yield "DuckDB: `dbt build`", self._run("dbt", "build", **duckdb)
        spark = self._environment("spark") | {"LAKE": str(self.lake)}
        yield (
            "Spark: `survival check --export`",
            self._run("survival", "check", self.delivery, "--export", self.lake),
        )
        spark |= {"DBT_TARGET_PATH": str(self.lake / "target")}
        yield (
            f"Spark: `dbt build --target {self.target}`",
            self._run("dbt", "build", "--target", self.target, **spark),
        )
        yield (
            "Spark: `survival publish`",
            self._run("survival", "publish", self.lake, **spark),
        )

    def compared(self) -> Cost:
        """Every table of the two published files."""
        return measured(
            [
                *(sys.executable, "-m", "lake.comparing"),
                self.lake / "target" / "manifest.json",
                *(self.place / f"{name}.duckdb" for name in ("duckdb", "spark")),
            ],
            allowed=(0, 1),
        )

    def slowest(self) -> Iterator[tuple[str, float, float]]:
        """Nodes that Spark took longest for: their seconds there, and on DuckDB."""
        spark = _seconds(self.lake / "target")
        duckdb = _seconds(self.place / "duckdb" / "target")
        for name in sorted(spark, key=spark.__getitem__, reverse=True)[:N_SLOWEST]:
            yield name, spark[name], duckdb.get(name, 0)

    def _environment(self, engine: str) -> dict[str, str]:
        return {
            "WAREHOUSE": str(self.place / f"{engine}.duckdb"),
            "DBT_TARGET_PATH": str(self.place / engine / "target"),
            "DBT_LOG_PATH": str(self.place / engine / "logs"),
        }

    def _run(self, command: str, *options: str | Path, **environment: str) -> Cost:
        environment = self._environment("spark") | environment
        return measured([BIN / command, *options], cwd=PROJECT, environment=environment)


def _seconds(target: Path) -> dict[str, float]:
    results = json.loads((target / "run_results.json").read_bytes())["results"]
    return {x["unique_id"].split(".")[2]: x["execution_time"] for x in results}


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 where the engines differ."""
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("patients", type=int)
    made.add_argument("--place", type=Path, help="an empty folder (default: for once)")
    made.add_argument("--target", default="spark", help="of profiles.yml")
    options = made.parse_args(arguments)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(
        f"{options.patients} patients; {os.cpu_count()} cores, {memory:.0f} GB, "
        f"{platform.system()} {platform.machine()}\n\n"
        "| command | wall s | CPU s | peak MB |\n|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder:
        place = (options.place or Path(folder)).absolute()
        place.mkdir(parents=True, exist_ok=True)
        engines = Engines(place, options.patients, options.target)
        for name, cost in engines.costs():
            row = f"| {name} | {cost.wall:.0f} | {cost.cpu:.0f} | {cost.peak_mb:.0f} |"
            print(row, flush=True)
        print("\n| node | Spark s | DuckDB s |\n|---|---|---|")
        for name, on_spark, on_duckdb in engines.slowest():
            print(f"| {name} | {on_spark:.1f} | {on_duckdb:.1f} |")
        compared = engines.compared()
    said = compared.output.splitlines()
    print("\n" + "\n".join(line for line in said if not line.startswith("comparing ")))
    return 0 if said[-1].endswith(", 0 differ") else 1


if __name__ == "__main__":
    sys.exit(main())
