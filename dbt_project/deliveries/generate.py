"""Write the synthetic delivery: `python generate.py [--seed N] [--output DIR]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from random import Random

from twin.build import STORED, build_twin, deal_people
from twin.courses import write_courses
from twin.scale import to_parquet, write_scaled
from twin.search.solve import solve_all
from twin.tables import COLUMNS, write_manifest, write_tables

HERE = Path(__file__).resolve().parent
DELIVERED_ON = "2018-05-15"
DATA_CUTOFF_DATE = "2018-03-31"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--seed", type=int, default=1, help="one twin per seed")
    made.add_argument("--output", type=Path, default=HERE / "example")
    made.add_argument("--patients", type=int, help="any number, in a stream")
    made.add_argument("--search", action="store_true", help="search, and store, anew")
    made.add_argument("--format", choices=("csv", "parquet"), default="csv")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Write the delivery, and say where it is."""
    options = parser().parse_args(arguments)
    if options.search:
        write_courses(STORED / f"{options.seed}.csv", solve_all(options.seed))
    manifest = {"delivered_on": DELIVERED_ON, "data_cutoff_date": DATA_CUTOFF_DATE}
    if options.patients is None:
        counts = write_tables(options.output, build_twin(seed=options.seed))
        if options.format == "parquet":
            for table in COLUMNS:
                to_parquet(options.output / f"{table}.csv")
        manifest["delivery_id"] = f"neuf-synthetic-twin-{options.seed}"
        write_manifest(options.output, counts, options.format, **manifest)
    else:
        counts = write_scaled(
            options.output,
            deal_people(Random(f"{options.seed}:cohort"), options.seed),
            seed=options.seed,
            patients=options.patients,
            file_format=options.format,
            delivery_id=f"neuf-synthetic-{options.patients}-{options.seed}",
            **manifest,
        )
    print(f"{options.output}: {sum(counts.values())} rows, synthetic")
    return 0


if __name__ == "__main__":
    sys.exit(main())
