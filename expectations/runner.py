"""The one runner of Great Expectations: a delivery in, results as rows out.

It works in a process of its own (expectations/worker.py), so that its import costs no
waiting.
"""

import atexit
import json
import os
import pickle
import subprocess
import sys
import tempfile
from typing import Any

import duckdb
from delivery.definitions import PROJECT

from expectations.tables import tables_to_judge

# Of the columns that are no text.
_TYPES = {
    "is_evaluated": "BOOLEAN",
    "is_successful": "BOOLEAN",
    "n_evaluated": "BIGINT",
    "n_unexpected": "BIGINT",
}


class Runner:
    """A process that imports Great Expectations at once, and evaluates when asked."""

    def __init__(self) -> None:
        # Its diagnostics are kept in a file: a pipe that nobody reads would fill up.
        self._diagnostics = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-m", "expectations.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._diagnostics,
            env=os.environ | {"PYTHONPATH": self._path()},
        )
        atexit.register(self.stop)

    @staticmethod
    def _path() -> str:
        return os.pathsep.join(
            [
                str(PROJECT),
                str(PROJECT / "python"),
                *filter(None, [os.environ.get("PYTHONPATH")]),
            ]
        )

    def results(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """Evaluate every suite on schemas ``delivery`` and ``quality``."""
        answer, _ = self._process.communicate(pickle.dumps(tables_to_judge(connection)))
        if self._process.returncode:
            self._diagnostics.seek(0)
            *_, last = self._diagnostics.read().decode().splitlines() or ["no reason"]
            raise RuntimeError(f"the suites could not be evaluated: {last}")
        return typed_results(connection, json.loads(answer))

    def stop(self) -> None:
        """End the process, whether or not it was asked."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def typed_results(
    connection: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]
) -> duckdb.DuckDBPyRelation:
    """What the worker answers, as a table with the types of its columns."""
    types = {name: _TYPES.get(name, "VARCHAR") for name in rows[0]}
    return connection.query(
        "select unnest(from_json(?, ?), recursive := true)",
        params=[json.dumps(rows, default=int), json.dumps([types])],
    )
