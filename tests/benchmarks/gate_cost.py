"""What the gate costs: its share of a whole build, by the number of patients.

python tests/benchmarks/gate_cost.py
python tests/benchmarks/gate_cost.py --patients 10000 100000 --format parquet

Without --patients the example is built. A build's seconds are split by what dbt
measured of each node: `gate` is every model of schema quality and the test of the
verdict. `reading` is the pre-flight and the load, measured apart; `start` is the rest,
dbt's own. `gb` is the most memory that the build held.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import duckdb
from delivery.load import load_delivery
from delivery.preflight import inspect_delivery

PROJECT = Path(__file__).parents[2]
DELIVERIES = PROJECT / "dbt_project" / "deliveries"
PARTS = ("reading", "staging", "gate", "derivation", "start")


def generated(folder: Path, *, patients: int, file_format: str) -> Path:
    """A synthetic delivery of so many patients."""
    subprocess.run(
        [
            *(sys.executable, DELIVERIES / "generate.py", "--output", folder),
            *("--patients", str(patients), "--format", file_format),
        ],
        check=True,
        capture_output=True,
    )
    return folder


def seconds_of_reading(delivery: Path, warehouse: Path) -> tuple[int, float]:
    """The records of a delivery, and how long the pre-flight and the load take."""
    began = time.perf_counter()
    inspected = inspect_delivery(delivery)
    with duckdb.connect(str(warehouse)) as connection:
        load_delivery(connection, inspected)
    seconds = time.perf_counter() - began
    warehouse.unlink()
    return sum(file.n_records for file in inspected.files), seconds


def part_of(result: dict) -> str:
    """Which part of the build a node belongs to."""
    schema = (result["relation_name"] or "..").split(".")[1].strip('"')
    if "assert_delivery_accepted" in result["unique_id"] or schema == "quality":
        return "gate"
    return "staging" if schema == "staging" else "derivation"


def measured(delivery: Path, place: Path) -> tuple[dict[str, float], list[dict]]:
    """Build once; return the seconds of each part, and what dbt says of each node."""
    environment = os.environ | {
        "DELIVERY_DIR": str(delivery),
        "WAREHOUSE": str(place / "warehouse.duckdb"),
        "DBT_TARGET_PATH": str(place / "target"),
        "DBT_LOG_PATH": str(place / "logs"),
    }
    dbt = Path(sys.executable).with_name("dbt")
    # The first run of dbt parses everything; only later ones are compared.
    subprocess.run(
        [dbt, "parse"], cwd=PROJECT, env=environment, check=True, capture_output=True
    )
    began = time.perf_counter()
    built = subprocess.run(
        [dbt, "build"], cwd=PROJECT, env=environment, capture_output=True, text=True
    )
    whole = time.perf_counter() - began
    if built.returncode:
        sys.exit(built.stdout)
    results = json.loads((place / "target" / "run_results.json").read_text())["results"]
    seconds = Counter(whole=whole)
    for result in results:
        seconds[part_of(result)] += result["execution_time"]
    return seconds, results


def main() -> None:
    """Print one line per size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--patients", type=int, nargs="+", default=[None])
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv")
    parser.add_argument("--nodes", type=int, default=0, help="list the slowest, too")
    options = parser.parse_args()
    print("patients", "records", *PARTS, "whole", "gate_share", "gb", sep="\t")
    for patients in options.patients:
        with tempfile.TemporaryDirectory() as name:
            place = Path(name)
            delivery = DELIVERIES / "example"
            if patients:
                delivery = generated(
                    place / "delivery", patients=patients, file_format=options.format
                )
            n_records, reading = seconds_of_reading(delivery, place / "read.duckdb")
            seconds, results = measured(delivery, place)
        seconds["reading"] = reading
        seconds["start"] = 2 * seconds["whole"] - sum(seconds.values())
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        print(
            *(patients or "example", n_records),
            *(f"{seconds[part]:.1f}" for part in (*PARTS, "whole")),
            *(f"{seconds['gate'] / seconds['whole']:.0%}", f"{memory:.1f}"),
            sep="\t",
            flush=True,
        )
        slowest = sorted(results, key=lambda node: -node["execution_time"])
        for node in slowest[: options.nodes]:
            print(f"{node['execution_time']:8.1f}  {node['unique_id']}", flush=True)


if __name__ == "__main__":
    main()
