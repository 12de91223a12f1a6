"""The benchmarks measure what they say: the whole process tree, and nothing twice."""

import sys
from importlib import import_module
from math import nan

import bench
import duckdb
import pytest
from bench import DELIVERIES
from measuring import Cost, Failed, measured

# A process that holds 60 MB starts one that holds 90 MB, which starts one in a session
# of its own that holds 120 MB; all hold them at once.
TREE = """
import subprocess, sys, time
sizes = [int(size) for size in sys.argv[2:]]
held = bytearray(sizes[0] * 2**20)
held[::4096] = b"x" * len(held[::4096])
children = []
if sizes[1:]:
    children = [subprocess.Popen(
        [sys.executable, "-c", sys.argv[1], sys.argv[1], *map(str, sizes[1:])],
        start_new_session=len(sizes) == 2,
    )]
time.sleep(0.6)
for child in children:
    child.wait()
print("held")
"""
BUSY = "import time\nwhile time.process_time() < 0.5: pass"
PARENT = (
    "import subprocess, sys\n"
    "subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)"
)
# As Spark's machine, which dbt leaves behind.
LEAVING = (
    "import os, subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', sys.argv[1]], "
    "stdout=subprocess.PIPE)\n"
    "child.stdout.readline()\n"
    "child.kill()\n"
    "os._exit(0)"
)
LEFT = BUSY + "\ntime.sleep(0.5)\nprint(flush=True)\ntime.sleep(60)"


def test_the_memory_of_every_descendant_counts_once():
    one = measured([sys.executable, "-c", TREE, TREE, "60"])
    tree = measured([sys.executable, "-c", TREE, TREE, "60", "90", "120"])
    assert 60 < one.peak_mb < 100
    interpreters = 3 * (one.peak_mb - 60)
    assert 270 < tree.peak_mb < 275 + interpreters
    assert tree.output == "held\n" * 3


def test_a_child_that_is_still_its_parent_holds_nothing_of_its_own(tmp_path):
    """As any is that a process starts: here for long, waiting for a pipe to open."""
    code = (
        "import os, subprocess, sys\n"
        "pipe = sys.argv[1]\n"
        "os.mkfifo(pipe)\n"
        "held = bytearray(80 << 20)\n"
        "subprocess.Popen(['sh', '-c', 'sleep 0.6; : > \"$0\"', pipe])\n"
        "opened = (os.POSIX_SPAWN_OPEN, 0, pipe, os.O_RDONLY, 0)\n"
        "os.waitpid(os.posix_spawn('/bin/true', ['true'], {}, "
        "file_actions=[opened]), 0)"
    )
    cost = measured([sys.executable, "-c", code, str(tmp_path / "pipe")])
    assert 80 < cost.peak_mb < 130


def test_the_cpu_seconds_of_a_child_count():
    for command in (["-c", BUSY], ["-c", PARENT, BUSY]):
        cost = measured([sys.executable, *command])
        assert 0.5 <= cost.cpu < cost.wall + 0.5
        assert cost.wall >= 0.5


def test_the_cpu_seconds_of_a_child_that_nobody_waits_for_count():
    cost = measured([sys.executable, "-c", LEAVING, LEFT])
    assert 0.4 <= cost.cpu < cost.wall + 0.5


def test_a_command_that_fails_is_no_measurement():
    with pytest.raises(Failed, match="no such thing"):
        measured([sys.executable, "-c", "raise SystemExit('no such thing')"])
    exits = [sys.executable, "-c", "raise SystemExit(1)"]
    assert measured(exits, allowed=(0, 1)).output == ""


@pytest.mark.parametrize("by", ["pandas", "polars"])
def test_what_a_user_would_write_instead_gives_the_same_times(example, by):
    """Else its seconds would say nothing."""
    rows = import_module(f"endpoints_{by}").endpoints(DELIVERIES / "example")
    with duckdb.connect(str(example.warehouse), read_only=True) as connection:
        connection.register("alone", rows)
        (counts,) = connection.execute(
            """
            select count(alone.patient_id), count(mart.patient_id), count(*) filter (
                alone.time_days = mart.time_days and alone.status = mart.status
            )
            from alone
            full join (
                from marts.time_to_event
                where endpoint in ('os', 'dfs') and is_evaluable
            ) as mart using (patient_id, endpoint, censoring_rule)
            """
        ).fetchall()
    assert counts[0] > 700
    assert set(counts) == {counts[0]}


def test_the_table_of_a_group_compares_with_its_first_row():
    costs = [Cost(4.0, 2.0, 100.0, ""), Cost(6.0, 6.0, 300.0, ""), Cost(5, 4, 200, "")]
    floor = bench.Row("build", "10", "floor", lambda: costs[0], costs=[costs[0]])
    built = bench.Row("build", "10", "this", lambda: costs[1], costs=costs)
    gate = bench.Row("gate", "10", "this", lambda: 0, costs=[Cost(1.0, nan, nan, "")])
    assert list(bench.table([floor, built, gate])) == [
        ("build", "10", "floor", "4.000", "2.000", "100", "1.0"),
        ("build", "10", "this", "5.000", "4.000", "200", "2.0"),
        ("gate", "10", "this", "1.000", "-", "-", "-"),
    ]
