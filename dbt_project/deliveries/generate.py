"""Write the synthetic delivery: `python generate.py [--seed N] [--output DIR]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from twin.build import build_twin
from twin.tables import write_delivery

HERE = Path(__file__).resolve().parent
DELIVERED_ON = "2018-05-15"
DATA_CUTOFF_DATE = "2018-03-31"


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, write the delivery, and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="one twin per seed")
    parser.add_argument("--output", type=Path, default=HERE / "example")
    options = parser.parse_args(arguments)
    tables = build_twin(seed=options.seed)
    write_delivery(
        options.output,
        tables,
        delivery_id=f"neuf-synthetic-twin-{options.seed}",
        delivered_on=DELIVERED_ON,
        data_cutoff_date=DATA_CUTOFF_DATE,
    )
    print(f"{options.output}: {sum(map(len, tables.values()))} rows, synthetic")
    return 0


if __name__ == "__main__":
    sys.exit(main())
