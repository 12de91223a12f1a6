"""A warehouse of its own, and the dbt commands that are run on it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
from building.apart import spare_parsing
from building.log import opened
from delivery.definitions import PROJECT

NETWORK_CUT = Path(__file__).parent / "network_cut"


class Warehouse:
    """A published file, and what it takes to build it; the network is cut."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.path = folder / "warehouse.duckdb"
        self.environment = os.environ | {
            "WAREHOUSE": str(self.path),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "PYTHONPATH": f"{PROJECT}/python:{PROJECT}:{NETWORK_CUT}",
            "NETWORK_TRIES": str(folder / "network_tries"),
        }
        self.environment.pop("DELIVERY_DIR", None)
        spare_parsing(folder / "target")

    def start(self, *arguments: str, delivery: Path | None = None) -> subprocess.Popen:
        given = {"DELIVERY_DIR": str(delivery)} if delivery else {}
        return subprocess.Popen(
            [Path(sys.executable).with_name("dbt"), *arguments],
            cwd=PROJECT,
            env=self.environment | given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, delivery: Path | None = None) -> tuple[int, str]:
        with self.start(*arguments, delivery=delivery) as process:
            output, _ = process.communicate()
        return process.returncode, re.sub(r"(?m)^\d\d:\d\d:\d\d  ", "", output)

    def query(self, sql: str) -> list[tuple]:
        with opened(self.path) as connection:
            return connection.execute(sql).fetchall()

    def answers(self) -> dict[str, tuple]:
        """Rows and a hash of all values, by table that people read."""
        with opened(self.path) as connection:
            return answers(connection)


def answers(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple]:
    """Rows and a hash of all values, by table; the log apart, which is to change."""
    tables = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where schema_name in ('marts', 'quality', 'staging') "
        "and table_name <> 'delivery_log' order by all"
    ).fetchall()
    return {
        name: connection.execute(
            f"select count(*), bit_xor(hash(t)) from {name} as t"
        ).fetchone()
        for (name,) in tables
    }
