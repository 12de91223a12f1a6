"""What the gate costs: its share of a whole build, by the number of patients.

python tests/benchmarks/gate_cost.py [copies of the example's patients ...]

Each copy has ids of its own. A build's time is split by what dbt measured of each node;
`start` is the rest: dbt's own start, and reading the delivery.
"""

import csv
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

PROJECT = Path(__file__).parents[2]
EXAMPLE = PROJECT / "dbt_project" / "deliveries" / "example"
PARTS = ("start", "staging", "gate", "derivation")


def multiplied(folder: Path, copies: int) -> int:
    """Write a delivery of `copies` times the example's patients; return its records."""
    folder.mkdir()
    described = []
    with (EXAMPLE / "manifest.csv").open(newline="", encoding="utf-8") as file:
        manifest = list(csv.DictReader(file))
    for row in manifest:
        lines = (EXAMPLE / f"{row['table_name']}.csv").read_text("utf-8").splitlines()
        path = folder / f"{row['table_name']}.csv"
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(lines[0] + "\n")
            for copy in range(copies):
                file.writelines(f"{copy}-{line}\n" for line in lines[1:])
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        n_rows = str(copies * (len(lines) - 1))
        described.append({**row, "n_rows": n_rows, "sha256": digest})
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, manifest[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(described)
    return sum(int(row["n_rows"]) for row in described)


def part_of(result: dict) -> str:
    """Which part of the build a node belongs to."""
    schema = (result["relation_name"] or "..").split(".")[1].strip('"')
    if "assert_delivery_accepted" in result["unique_id"] or schema == "quality":
        return "gate"
    return "staging" if schema == "staging" else "derivation"


def measured(copies: int) -> tuple[int, dict[str, float]]:
    """Build once; return the records and the seconds of each part."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        n_records = multiplied(folder / "delivery", copies)
        environment = os.environ | {
            "DELIVERY_DIR": str(folder / "delivery"),
            "WAREHOUSE": str(folder / "warehouse.duckdb"),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        }
        dbt = Path(sys.executable).with_name("dbt")
        # The first run of dbt parses everything; only later ones are compared.
        subprocess.run([dbt, "parse"], cwd=PROJECT, env=environment, check=True,
                       capture_output=True)  # fmt: skip
        began = time.perf_counter()
        subprocess.run([dbt, "build"], cwd=PROJECT, env=environment, check=True,
                       capture_output=True)  # fmt: skip
        whole = time.perf_counter() - began
        results = json.loads((folder / "target" / "run_results.json").read_text())
    seconds: Counter = Counter()
    for result in results["results"]:
        seconds[part_of(result)] += result["execution_time"]
    seconds["start"] = whole - sum(seconds.values())
    return n_records, {part: seconds[part] for part in PARTS}


def main() -> None:
    """Print one line per size."""
    print("copies", "records", *PARTS, "gate_share", sep="\t")
    for copies in [int(argument) for argument in sys.argv[1:]] or [1]:
        n_records, seconds = measured(copies)
        share = seconds["gate"] / sum(seconds.values())
        cells = [f"{seconds[part]:.1f}" for part in PARTS]
        print(copies, n_records, *cells, f"{share:.0%}", sep="\t", flush=True)


if __name__ == "__main__":
    main()
