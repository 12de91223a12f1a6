"""What cannot be avoided: the least that a build of the same records would cost.

- An everyday build starts dbt and Great Expectations: an empty dbt project's build and
  a bare import of Great Expectations.
- A large one reads the files and writes their records in the order of the patients:
  DuckDB alone does that, with nothing parsed, judged or derived.

python tests/benchmarks/floors.py DELIVERY DATABASE    the second one
"""

import sys
from pathlib import Path

import duckdb

IMPORT_OF_GREAT_EXPECTATIONS = (
    "import os; os.environ['GX_ANALYTICS_ENABLED'] = 'false'; import great_expectations"
)


def empty_project(folder: Path) -> Path:
    """A dbt project of one table of one row."""
    files = {
        "dbt_project.yml": "name: empty\nprofile: empty\n"
        "flags: {send_anonymous_usage_stats: false}\n",
        "profiles.yml": "empty:\n  target: duckdb\n  outputs:\n    duckdb:\n"
        "      {type: duckdb, path: empty.duckdb, threads: 1}\n",
        "models/one.sql": "{{ config(materialized='table') }}\nselect 1 as one\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def read_and_write(delivery: Path, database: Path) -> None:
    """Every file of a delivery as text, its records ordered by patient."""
    with duckdb.connect(str(database)) as connection:
        for path in sorted(delivery.iterdir()):
            table = path.name.partition(".")[0]
            reader = "read_csv(?, all_varchar = true, header = true)"
            if path.suffix == ".parquet":
                reader = "read_parquet(?)"
            order = "" if table == "manifest" else "order by patient_id"
            connection.execute(
                f"create table {table} as from {reader} {order}", [str(path)]
            )


if __name__ == "__main__":
    read_and_write(Path(sys.argv[1]), Path(sys.argv[2]))
