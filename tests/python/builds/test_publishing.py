"""Only a whole, green build replaces what people read, and for everybody at once."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from building.build import Build
from building.journal import (
    journal_of,
    read_journal,
    working_file,
    write_journal,
)
from building.keeping import kept_files
from building.lock import BuildRefused, take_lock
from building.log import (
    describe_delivery,
    log_unpublished,
    now,
    opening_row,
    read_log,
    warnings_against_log,
    write_rows,
)
from building.publishing import replace_file
from delivery.definitions import PROJECT
from delivery.preflight import inspect_delivery
from delivery_files import EXAMPLE
from warehouses import Warehouse, answers


@pytest.fixture(scope="module")
def published(example, tmp_path_factory) -> Warehouse:
    """A warehouse with the marts of the example delivery, as a build published them."""
    warehouse = Warehouse(tmp_path_factory.mktemp("published"))
    shutil.copy(example.warehouse, warehouse.path)
    return warehouse


def logged_nothing(path: Path) -> Path:
    """A published file with a log of no build."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        write_rows(connection, "marts.delivery_log", [])
    return path


def test_a_published_file_is_whole_and_read_only(published):
    assert published.path.stat().st_mode & 0o222 == 0
    verdicts = published.query("select verdict, n_files from marts.delivery_log")
    assert verdicts == [("published", 16)]
    assert ("cohort",) in published.query(
        "select table_name from duckdb_tables() where schema_name = 'marts'"
    )


def test_a_partial_build_publishes_nothing_and_says_so(published):
    before = published.path.read_bytes()
    code, output = published.run("build", "--select", "+stg_delivery__patients")
    assert code == 0, output
    assert f"not published: partial build; {published.path} is as it was" in output
    assert published.path.read_bytes() == before


def test_a_killed_build_leaves_the_marts_as_they_were(published):
    before = published.answers()
    noted = journal_of(published.path)
    n_noted = len(noted.read_text().splitlines()) if noted.exists() else 0
    with published.start("build") as process:
        assert any("marts.time_to_event" in line for line in process.stdout)
        process.kill()
    assert published.answers() == before
    assert len(noted.read_text().splitlines()) == n_noted + 1


def test_readers_and_a_second_build_while_one_is_at_work(published):
    before = published.answers()
    *_, replaced = (
        row["build_id"]
        for row in read_log(published.path)
        if row["verdict"] == "published"
    )
    published.environment["KEEP_PUBLISHED"] = "1"
    # What leaves nothing out is a whole build, however it is asked for.
    whole = ("build", "--exclude-resource-type", "unit_test")
    with (
        duckdb.connect(str(published.path), read_only=True) as reader,
        published.start(*whole) as first,
    ):
        lock = working_file(published.path).with_suffix(".duckdb.lock")
        while lock.read_text() != str(first.pid):
            assert first.poll() is None, first.stdout.read()
            assert answers(reader) == before
            time.sleep(0.1)
        # However fast the machine is, the first is still at work when the second asks.
        first.send_signal(signal.SIGSTOP)
        code, output = published.run("build")
        first.send_signal(signal.SIGCONT)
        assert code != 0
        assert "Traceback" not in output
        (line,) = (
            line for line in output.splitlines() if "another dbt command" in line
        )
        assert f"(process {first.pid})" in line
        assert published.answers() == before
        output, _ = first.communicate()
        assert first.returncode == 0, output
        assert f"published: {published.path}" in output
        assert answers(reader) == before
    (kept,) = kept_files(published.path)
    assert kept.row["build_id"] == replaced
    after = published.answers()
    # The same delivery again: the same bits, and one build more in the history.
    one, two = (counts.pop("marts.result_history")[0] for counts in (before, after))
    assert two == 2 * one
    assert {name: after[name] for name in before if name.startswith("marts.")} == {
        name: before[name] for name in before if name.startswith("marts.")
    }
    first_hash, second_hash = published.query(
        "select marts_hash from marts.delivery_log where verdict = 'published'"
    )[-2:]
    assert first_hash == second_hash
    verdicts = published.query(
        "select verdict, finished_at is not null, reason from marts.delivery_log"
    )
    assert [verdict[:2] for verdict in verdicts] == [
        ("published", True),
        ("interrupted", False),
        ("published", True),
    ]
    assert verdicts[1][2].startswith("its process ended without a word")
    assert not list(lock.parent.glob("*.unlogged*"))


def test_a_full_disk_leaves_the_marts_as_they_were(published):
    """It is full while what was built is written."""
    before = published.answers()
    with published.start("build") as process:
        # No file may grow past what is left of the disk.
        left = published.path.stat().st_size // 4
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (left, left))
        output, _ = process.communicate()
    assert process.returncode != 0
    assert "File too large" in output
    assert "Traceback" not in output
    assert "delivery refused" not in output
    assert published.answers() == before


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("{adult_age: 18}", "--vars: there is no parameter 'adult_age'"),
        ("countries: 5", "--vars: parameter 'countries' cannot be 5; expected a list"),
        (
            "study_end: '2030-13-01'",
            "--vars: parameter 'study_end' cannot be \"2030-13-01\"; expected a date",
        ),
    ],
)
def test_parameters_are_refused_by_name(published, given, line):
    before = published.path.read_bytes()
    code, output = published.run("build", "--vars", given)
    assert code == 2
    assert line in output
    assert published.path.read_bytes() == before


def test_no_build_reached_for_a_network(published):
    assert not (published.folder / "network_tries").exists()


def test_the_network_is_cut_in_these_builds(published):
    connect = "import socket; socket.create_connection(('192.0.2.1', 9), 1)"
    tries = published.folder / "own_tries"
    tried = subprocess.run(
        [sys.executable, "-c", connect],
        env=published.environment | {"NETWORK_TRIES": str(tries)},
        stderr=subprocess.PIPE,
        check=False,
    )
    assert tried.returncode != 0
    assert tries.read_text()


def test_an_older_cut_off_and_a_known_id_are_warned_of():
    delivery = inspect_delivery(EXAMPLE)
    row = opening_row(build_id="a", parameters={})
    describe_delivery(row, delivery)
    assert warnings_against_log(delivery, [row | {"verdict": "published"}]) == []
    earlier = row | {
        "verdict": "published",
        "data_cutoff_date": delivery.data_cutoff_date + timedelta(1),
        "files": "[]",
    }
    assert [rule_id for rule_id, *_ in warnings_against_log(delivery, [earlier])] == [
        "cutoff_before_published",
        "delivery_id_reused",
    ]
    not_read = earlier | {"n_files": None}
    assert [rule_id for rule_id, *_ in warnings_against_log(delivery, [not_read])] == [
        "cutoff_before_published"
    ]


def test_a_stale_log_of_a_crashed_session_does_not_outlive_publishing(tmp_path):
    source, target = tmp_path / "source.duckdb", tmp_path / "target.duckdb"
    for path in (source, target):
        with duckdb.connect(str(path)) as connection:
            connection.execute("create table t as select 1 as x")
    (tmp_path / "target.duckdb.wal").write_bytes(b"of some other file")
    replace_file(source, target)
    with duckdb.connect(str(target), read_only=True) as connection:
        assert connection.execute("from t").fetchall() == [(1,)]


def test_the_log_is_read_beside_a_stale_write_ahead_log(tmp_path):
    warehouse = logged_nothing(tmp_path / "warehouse.duckdb")
    for build_id in ("a", "b"):
        row = opening_row(build_id=build_id, parameters={"adult_age_years": 18})
        log_unpublished(warehouse, [row | {"verdict": "refused"}])
        Path(f"{warehouse}.wal").write_bytes(b"of some other file")
    assert [row["build_id"] for row in read_log(warehouse)] == ["a", "b"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "warehouse.duckdb",
        "warehouse.duckdb.wal",
    ]


def test_a_build_that_cannot_be_logged_is_logged_by_the_next(tmp_path):
    """Nor is one lost that was killed, or logged twice that was published."""
    notes = tmp_path / "warehouse.duckdb.unlogged"
    killed, refused = (
        opening_row(build_id=name, parameters={"adult_age_years": 18}) for name in "ab"
    )
    describe_delivery(killed, inspect_delivery(EXAMPLE))
    refused.update(verdict="refused", reason="a\nb", finished_at=now())
    write_journal(notes, [killed, refused])
    interrupted, other = read_journal(notes)
    assert other == refused
    assert interrupted.pop("reason").startswith("its process ended without a word")
    assert interrupted == {k: v for k, v in killed.items() if k != "reason"} | {
        "verdict": "interrupted"
    }
    warehouse = logged_nothing(tmp_path / "warehouse.duckdb")
    for _ in range(2):
        log_unpublished(warehouse, read_journal(notes))
    assert [row["build_id"] for row in read_log(warehouse)] == ["a", "b"]
    assert read_journal(tmp_path / "nothing") == []


def test_what_cannot_be_written_at_the_end_is_told_in_a_line(example, tmp_path):
    """As where the disk is full by then: the working file takes no more."""
    build = Build(tmp_path / "warehouse.duckdb", example.warehouse, is_whole=True)
    build.row = opening_row(build_id="a", parameters={})
    with (
        duckdb.connect(str(example.warehouse), read_only=True) as connection,
        pytest.raises(BuildRefused) as refused,
    ):
        build.publish(connection)
    (line,) = str(refused.value).splitlines()
    assert f"{example.warehouse} cannot be written (is the disk full?): " in line
    assert not build.warehouse.exists()


def test_a_link_is_followed_and_its_target_replaced(tmp_path):
    (tmp_path / "store").mkdir()
    source, target = tmp_path / "source", tmp_path / "store" / "warehouse.duckdb"
    source.write_bytes(b"new")
    target.write_bytes(b"old")
    link = tmp_path / "warehouse.duckdb"
    link.symlink_to(target)
    replace_file(source, link)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_one_build_at_a_time(tmp_path):
    working = tmp_path / "warehouse.duckdb"
    hold = (
        "import sys; from pathlib import Path; "
        "from building.lock import take_lock; "
        "take_lock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(working)],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "python")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BuildRefused, match=rf"\(process {holder.pid}\)"):
            take_lock(working)
        holder.communicate("")
    take_lock(working)
