"""Put small faults into the clinical SQL one at a time, and list those nobody notices.

python tests/proof/mutate.py [--model NAME ...] [--builds FOLDER] [--results FILE]

Part of `make proof`: five builds, then a second or two for each fault. A survivor is to
be killed by a test, or explained in mutation/equivalent.csv; exits with 1 otherwise.
"""

import argparse
import csv
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import oracle
from dbt_builds import BMT_VARIABLES, DELIVERIES, PROJECT, Build, build
from mart_rows import KEYS
from mutation.killers import Killers, Verdict
from mutation.operators import Mutant, mutants
from mutation.project_sql import Project
from mutation.unit_tests import UnitTests
from mutation.warehouses import Warehouse
from random_delivery import write_random_delivery
from test_derivation import EDGES, WORDED_OTHERWISE

EXPLAINED = Path(__file__).parent / "mutation" / "equivalent.csv"
KEY = ("path", "written", "instead", "nth")
RANDOM = {"random_with_faults": (523, True), "random_clean": (11, False)}


def built(folder: Path, delivery: Path, variables: dict | None = None) -> Build:
    """A build kept in a folder, made where it is not there."""
    if (folder / "warehouse.duckdb").is_file():
        return Build(folder / "warehouse.duckdb", folder / "target/compiled", 0, "")
    folder.mkdir(parents=True, exist_ok=True)
    made = build(delivery, folder, variables=variables)
    if made.exit_code:
        sys.exit(made.output)
    return made


def compared_by_hand() -> dict[str, list[str]]:
    """The columns of the edges' hand-worked marts."""
    return {
        path.stem: path.read_text(encoding="utf-8").partition("\n")[0].split(",")
        for path in (EDGES / "expected").glob("*.csv")
    }


def compared_by_oracle() -> dict[str, list[str]]:
    """The columns that the plain-Python reading of the protocol derives."""
    read = oracle.marts(EDGES / "delivery")
    return {
        mart: [name for name in read[mart][0] if name not in WORDED_OTHERWISE]
        for mart in KEYS
    }


def killers(folder: Path) -> Killers:
    """The tests, on builds kept in a folder."""
    edges = built(folder / "edges", EDGES / "delivery")
    project = Project.of(edges)
    by_hand = {"compared": compared_by_hand(), "compared_by": "hand-worked"}
    by_oracle = {"compared": compared_by_oracle(), "compared_by": "oracle"}
    warehouses = [Warehouse("edges", edges, project, **by_hand)]
    for name, (seed, faults) in RANDOM.items():
        delivery = folder / f"{name}_delivery"
        write_random_delivery(delivery, seed=seed, n_patients=1000, faults=faults)
        made = built(folder / name, delivery)
        warehouses.append(Warehouse(name, made, project, **by_oracle))
    made = built(folder / "bmt", DELIVERIES / "bmt" / "delivery", BMT_VARIABLES)
    warehouses.append(Warehouse("bmt", made, project, BMT_VARIABLES))
    made = built(folder / "example", PROJECT / "dbt_project/deliveries/example")
    warehouses.append(Warehouse("example", made, project))
    units = UnitTests(project, warehouses[0].connection)
    return Killers(project, units, tuple(warehouses))


def explained() -> dict[tuple, str]:
    """Reasons why faults change nothing, by what names the fault."""
    with EXPLAINED.open(newline="", encoding="utf-8") as file:
        return {
            tuple(row[name] for name in KEY): row["reason"]
            for row in csv.DictReader(file)
        }


def judged(asked: Killers, path: str, results) -> list[tuple[Mutant, Verdict]]:
    """The verdict on every fault of a file, written down as it comes."""
    files = {**asked.project.model_files, **asked.project.macro_files}
    found = []
    for mutant in mutants(path, files[path]):
        verdict = asked.judge(mutant)
        found.append((mutant, verdict))
        different = " ".join(verdict.different)
        row = (*mutant.key, mutant.line, mutant.operator, verdict.killer, different)
        results.writerow(row)
    return found


def main() -> int:
    """Read the command, and judge the faults of the files asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", action="append", help="a model or macro; all")
    parser.add_argument(
        "--builds",
        type=Path,
        help="where builds are kept, and taken from while no source has changed",
    )
    parser.add_argument("--results", type=Path, default=PROJECT / "target/mutants.csv")
    options = parser.parse_args()
    options.results.parent.mkdir(exist_ok=True)
    if options.builds:
        return judge(options.builds.resolve(), options.model, options.results)
    with TemporaryDirectory() as folder:
        return judge(Path(folder), options.model, options.results)


def judge(builds: Path, models: list[str] | None, results_file: Path) -> int:
    """Judge the faults and print who is left; the exit code."""
    asked = killers(builds)
    if alarms := list(asked.false_alarms()):
        print(*alarms, sep="\n")
        return 1
    paths = [*asked.project.model_files, *asked.project.clinical_macro_files]
    if models:
        paths = [path for path in paths if Path(path).stem in models]
    reasons = explained()
    counts: Counter[str] = Counter()
    with results_file.open("w", newline="", encoding="utf-8", buffering=1) as file:
        results = csv.writer(file)
        results.writerow([*KEY, "line", "operator", "killer", "different"])
        for path in paths:
            started = time.monotonic()
            for mutant, verdict in judged(asked, path, results):
                counts["mutants"] += 1
                is_explained = reasons.pop(mutant.key, None) is not None
                if verdict.killer:
                    counts["killed"] += 1
                    counts["by " + verdict.killer.split(":")[0].split()[0]] += 1
                    if is_explained:
                        counts["explained in vain"] += 1
                        print(f"{path}:{mutant.line}: explained, but killed")
                elif is_explained:
                    counts["explained"] += 1
                else:
                    counts["survivors"] += 1
                    where = ", ".join(verdict.different) or "nothing here"
                    print(f"{path}:{mutant.line}: {mutant.written}")
                    print(f"    => {mutant.instead}\n    changes {where}")
            print(
                f"{path} {time.monotonic() - started:.0f} s {dict(counts)}", flush=True
            )
    forgotten = [key for key in reasons if key[0] in paths]
    for key in forgotten:
        print(f"{EXPLAINED.name} explains what is no fault: {key}")
    return int(bool(counts["survivors"] or counts["explained in vain"] or forgotten))


if __name__ == "__main__":
    sys.exit(main())
