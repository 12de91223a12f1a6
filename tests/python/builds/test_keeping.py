"""Published files are kept if asked for, and one step leads back to one."""

import os
import signal
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from building.earlier import lend_earlier
from building.environment import n_kept
from building.keeping import forget_older, go_back, keep, kept_files, kept_folder
from building.lock import BuildRefused
from building.log import opening_row, read_log, write_rows
from building.publishing import replace_file
from delivery.definitions import PROJECT
from survival.cli import main

# Puts the published file where a build would, and is killed at a line of the step.
KILLED = """
import os, signal, sys
from pathlib import Path
import building.keeping as keeping
def killed(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
where, warehouse = sys.argv[1], Path(sys.argv[2])
if where == "before":
    keeping.publish_with_log = killed
else:
    keeping.Path.unlink = lambda path, **_: (
        killed() if path.parent.name.endswith(".kept") and path.suffix == ".duckdb"
        else os.unlink(path) if path.is_symlink() or path.exists() else None
    )
keeping.go_back(warehouse, "1")
"""


def built(path: Path, number: int) -> None:
    """Publish a file whose marts are a number, as the build of that number would."""
    row = opening_row(build_id=f"{number:08}-of", parameters={}) | {
        "verdict": "published",
        "delivery_id": f"NEUF 2018/{number:02}",
        "data_cutoff_date": date(2018, number, 1),
        "n_included": number,
        "started_at": datetime(2018, number, 2),
        "finished_at": datetime(2018, number, 2) + timedelta(minutes=1),
    }
    source = path.with_name("source.duckdb")
    source.unlink(missing_ok=True)
    with duckdb.connect(str(source)) as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.cohort as select {number} as n")
        write_rows(connection, "marts.delivery_log", [*read_log(path), row])
    replace_file(source, path)
    source.unlink()


def number(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        ((found,),) = connection.execute("select n from marts.cohort").fetchall()
    return found


def lent(path: Path) -> tuple:
    """The build that the next one compares itself with."""
    with duckdb.connect() as connection:
        lend_earlier(connection, path, read_log(path))
        (row,) = connection.execute(
            "select build_id, delivery_id from earlier.build"
        ).fetchall()
    return row


@pytest.fixture
def warehouse(tmp_path) -> Path:
    """Four builds, of which the last two before the fourth are kept."""
    path = tmp_path / "warehouse.duckdb"
    built(path, 1)
    for n in (2, 3, 4):
        keep(path)
        built(path, n)
        forget_older(path, n_kept=2)
    return path


def test_the_newest_are_kept_and_their_names_sort(warehouse):
    assert [number(kept.path) for kept in kept_files(warehouse)] == [3, 2]
    assert sorted(path.name for path in kept_folder(warehouse).iterdir()) == [
        "20180202T000100-NEUF_2018_02-00000002.duckdb",
        "20180302T000100-NEUF_2018_03-00000003.duckdb",
    ]


def test_one_step_back_and_forward_again_keeps_every_row_of_the_log(warehouse):
    before = warehouse.stat()
    go_back(warehouse, "NEUF 2018/02")
    assert number(warehouse) == 2
    assert [number(kept.path) for kept in kept_files(warehouse)] == [4, 3]
    *rows, last = read_log(warehouse)
    assert [row["build_id"][:8] for row in rows] == [f"{n:08}" for n in (1, 2, 3, 4)]
    assert last["verdict"] == "rolled_back"
    assert last["delivery_id"] == "NEUF 2018/02"
    assert last["goes_back_to"] == "00000002-of"
    assert last["reason"].startswith("back to build 00000002-of, published 2018-02-02")
    assert warehouse.stat().st_mode == before.st_mode
    go_back(warehouse, "1")
    assert number(warehouse) == 4
    assert {number(kept.path) for kept in kept_files(warehouse)} == {2, 3}
    assert [row["verdict"] for row in read_log(warehouse)[-2:]] == ["rolled_back"] * 2
    assert lent(warehouse) == ("00000004-of", "NEUF 2018/04")
    go_back(warehouse, "1")
    assert lent(warehouse) == ("00000002-of", "NEUF 2018/02")


@pytest.mark.parametrize(("where", "stands"), [("before", 4), ("after", 3)])
def test_a_kill_in_between_leaves_one_whole_file(warehouse, where, stands):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, where, str(warehouse)],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "python")},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert number(warehouse) == stands
    kept = [number(file.path) for file in kept_files(warehouse)]
    assert kept == [4, 3, 2]
    # The same step again ends where it was to end.
    go_back(warehouse, "2")
    assert number(warehouse) == 3


def test_a_file_system_without_links_gets_a_copy(warehouse, monkeypatch):
    def without_links(*_):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", without_links)
    keep(warehouse)
    newest = kept_files(warehouse)[0].path
    assert number(newest) == 4
    assert newest.stat().st_ino != warehouse.stat().st_ino
    assert newest.stat().st_mode == warehouse.stat().st_mode


def test_slips_are_told_in_one_line(warehouse, monkeypatch, capsys):
    monkeypatch.setenv("WAREHOUSE", str(warehouse))
    assert main(["rollback"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{n}  NEUF 2018/0{m}, cut-off 2018-0{m}-01, {m} patients included, published "
        f"2018-0{m}-02 00:01:00"
        for n, m in ((1, 3), (2, 2))
    ]
    assert main(["rollback", "3"]) == 2
    assert capsys.readouterr().err == (
        "survival: no file kept is 3: say a number from 1 to 2, or one of "
        "NEUF 2018/03, NEUF 2018/02\n"
    )
    assert number(warehouse) == 4
    for value in ("-1", "all", ""):
        monkeypatch.setenv("KEEP_PUBLISHED", value)
        with pytest.raises(BuildRefused, match="expected how many published files"):
            n_kept()
