"""A server of Spark builds what DuckDB does: one is started here for each protocol."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from dbt_builds import DELIVERIES, build
from lake.comparing import differences
from support_spark import BIN, run

EDGES = DELIVERIES / "edges" / "delivery"
SECONDS_TO_START = 300
# The class of the server, how it is told its port, and how dbt is told where it is.
SERVERS = {
    "spark_connect": (
        "org.apache.spark.sql.connect.service.SparkConnectServer",
        ("--conf", "spark.connect.grpc.binding.port={port}"),
        ("SPARK_REMOTE", "sc://127.0.0.1:{port}"),
    ),
    "spark_thrift": (
        "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
        ("--hiveconf", "hive.server2.thrift.port={port}"),
        ("SPARK_PORT", "{port}"),
    ),
}


def free_port() -> int:
    """A port that nobody listens to."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port: int) -> bool:
    """Whether somebody does."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def served(target: str, place: Path) -> Iterator[dict[str, str]]:
    """A server of Spark, and the environment in which dbt finds it."""
    name, told, (variable, address) = SERVERS[target]
    port = free_port()
    place.mkdir()
    with (
        (place / "log").open("wb") as log,
        subprocess.Popen(
            [
                *(BIN / "spark-submit", "--class", name, "--master", "local[2]"),
                *("--driver-memory", "2g", told[0], told[1].format(port=port)),
                *("--conf", "spark.driver.bindAddress=127.0.0.1"),
                *("--conf", "spark.driver.host=127.0.0.1"),
                *("--conf", "spark.ui.enabled=false", "spark-internal"),
            ],
            # Its metastore lies where it runs.
            cwd=place,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as server,
    ):
        try:
            began = time.monotonic()
            while not listens(port):
                assert server.poll() is None, (place / "log").read_text("utf-8")
                assert time.monotonic() - began < SECONDS_TO_START
                time.sleep(1)
            yield {variable: address.format(port=port)}
        finally:
            os.killpg(server.pid, signal.SIGTERM)


@pytest.mark.parametrize("target", SERVERS)
def test_a_server_builds_what_duckdb_does(tmp_path, target):
    (tmp_path / "duckdb").mkdir()
    reference = build(EDGES, tmp_path / "duckdb")
    assert reference.exit_code == 0, reference.output
    warehouse = tmp_path / "warehouse.duckdb"
    with served(target, tmp_path / "server") as named:
        completed = run(
            *("survival", "build", EDGES, "--target", target),
            *("--lake", tmp_path / "lake"),
            WAREHOUSE=str(warehouse),
            **named,
        )
    assert completed.returncode == 0, completed.stdout
    found = differences(reference.manifest, reference.warehouse, warehouse)
    assert list(found) == []
