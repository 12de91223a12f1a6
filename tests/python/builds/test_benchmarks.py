"""The benchmarks measure what they say: the whole process tree, and nothing twice."""

import sys
from contextlib import contextmanager
from importlib import import_module
from math import nan

import bench
import duckdb
import pytest
from bench import EXAMPLE, PROJECT
from measuring import Cost, Failed, measured

EDGES = PROJECT / "tests" / "deliveries" / "edges" / "delivery"

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


# Follow-up has no rows of its own in the mart: an analysis turns those of another
# endpoint round.
EVALUABLE = """
create temp view derived as
select patient_id, endpoint, censoring_rule, time_days, status
from marts.time_to_event
where is_evaluable
union all
select distinct patient_id, endpoint, censoring_rule, patients.time_days, status
from marts.analysis_patients as patients
inner join marts.survival_analyses using (analysis_id)
where patients.is_reverse and patients.reason = 'analysed'
"""
# A month or a year where a day would decide, of anything but a death.
PARTIAL = """
select patient_id
from intermediate.int_dated_events
where event_type <> 'death' and delivered_precision in ('month', 'year')
"""


@contextmanager
def compared(by, delivery, built):
    """A connection with the times that a user would write, and those of the marts."""
    rows = import_module(f"endpoints_{by}").endpoints(delivery)
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        connection.register("alone", rows)
        connection.execute(EVALUABLE)
        yield connection


def unequal(connection):
    """Rows that one of the two has and the other has not."""
    return connection.execute(
        "(from alone except all from derived) union all "
        "(from derived except all from alone)"
    ).fetchall()


@pytest.mark.parametrize("by", ["pandas", "polars"])
def test_what_a_user_would_write_instead_gives_the_same_times(example, by):
    """Of every endpoint; else its seconds would say nothing."""
    with compared(by, EXAMPLE, example) as connection:
        assert unequal(connection) == []
        counts = connection.execute(
            """
            select endpoint, count(alone.endpoint)
            from definitions.endpoints
            left join alone using (endpoint)
            group by endpoint
            """
        ).fetchall()
    assert {"os", "rfs", "nrm_after_hsct", "follow_up_dfs"} < dict(counts).keys()
    assert min(dict(counts).values()) > 90


@pytest.mark.parametrize("by", ["pandas", "polars"])
def test_what_a_user_would_write_instead_falls_short_of_partial_dates_alone(edges, by):
    """As it says itself: every other rule that the edges try holds of it, too."""
    with compared(by, EDGES, edges) as connection:
        patients = {patient for patient, *_ in unequal(connection)}
        partial = connection.execute(PARTIAL).fetchall()
        others = connection.execute(
            f"select count(*) from derived where patient_id not in ({PARTIAL})"
        ).fetchone()
    assert patients
    assert patients <= {patient for (patient,) in partial}
    assert others > (800,)


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
