"""A build depends on what it is told, and not on where and by whom it is run."""

import os
import resource
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from building.access import create_private, follow_access, keep_access
from building.command import impossible_day
from building.environment import (
    EXAMPLE,
    delivery_folder,
    memory_limit,
    warehouse_file,
)
from building.journal import journal_of, read_journal, spill_folder, working_file
from building.lock import BuildRefused
from building.publishing import replace_file
from delivery_files import copied
from survival.errors import WarehouseError
from survival.warehouse import Warehouse as Published
from warehouses import Warehouse


@pytest.fixture
def umask():
    """Set the umask for one test."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(scope="module")
def renamed(example, tmp_path_factory) -> Warehouse:
    """The example, under a schema's name."""
    warehouse = Warehouse(tmp_path_factory.mktemp("a [server]"))
    warehouse.path = warehouse.folder / "marts.duckdb"
    warehouse.environment["WAREHOUSE"] = str(warehouse.path)
    shutil.copy(example.warehouse, warehouse.path)
    return warehouse


@pytest.mark.parametrize(
    "name", ["marts.duckdb", "quality.duckdb", "temp.duckdb", "system", "it's [1]*.db"]
)
def test_any_name_of_a_published_file_works(renamed, tmp_path, name):
    shutil.copy(renamed.path, tmp_path / name)
    with Published(tmp_path / name) as warehouse:
        assert warehouse.find_analyses(["rr_ph_neg__os"])
        assert len(warehouse.records("analysis_patients"))
        assert len(warehouse.records("gate_failures", schema="quality"))


def test_an_older_client_opens_what_is_published(renamed, tmp_path):
    """The `duckdb` command, which is a version older than what builds."""
    client = Path(sys.executable).with_name("duckdb")
    shutil.copy(renamed.path, tmp_path / "warehouse.duckdb")

    def asked(query: str) -> str:
        answered = subprocess.run(
            [client, "-readonly", "-noheader", "-csv", "warehouse.duckdb", query],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return answered.stdout.strip()

    version = asked("select version()")
    assert version.startswith("v1.") and not duckdb.__version__.startswith("1.")
    assert asked("select count(*) > 0 from marts.time_to_event") == "true"
    # Views know no name of the file.
    assert asked("select is_accepted from quality.verdict") == "true"
    assert asked("select count(*) > 0 from marts.analysis_patients") == "true"


def test_a_file_is_readable_by_versions_from_1_2_on(renamed):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{renamed.path}' as published (read_only)")
        ((tags,),) = connection.execute(
            "select tags from duckdb_databases() where database_name = 'published'"
        ).fetchall()
    assert "v1.2.0" in tags["storage_version"]


def test_a_first_build_that_fails_leaves_no_file(tmp_path):
    warehouse = Warehouse(tmp_path)
    folder = copied(tmp_path / "delivery")
    (folder / "follow_up.csv").unlink()
    code, output = warehouse.run("build", delivery=folder)
    assert code != 0
    assert "Traceback" not in output
    assert not warehouse.path.exists()
    (row,) = read_journal(journal_of(warehouse.path))
    assert row["verdict"] == "refused"
    with pytest.raises(WarehouseError, match="the last build: refused; follow_up"):
        Published(warehouse.path).analyses()


def test_a_full_disk_ends_in_one_line(tmp_path):
    """It is full while the delivery is loaded."""
    warehouse = Warehouse(tmp_path)
    with warehouse.start("build") as process:
        assert any("Found" in line for line in process.stdout)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (100_000, 100_000))
        output, _ = process.communicate()
    assert process.returncode != 0
    assert "cannot be written (is the disk full?)" in output
    assert "Traceback" not in output
    assert "delivery refused" not in output
    assert not warehouse.path.exists()


REFUSED = {
    "empty": ("", "is set, but empty: name "),
    "blank": (" ", "is set, but empty: name "),
    "home": ("~/x.duckdb", "write $HOME/x.duckdb"),
    "home_alone": ("~", "write $HOME"),
    "another_home": ("~x/y.duckdb", "nothing has put a folder in place of its ~"),
}


@pytest.mark.parametrize("variable", ["DELIVERY_DIR", "WAREHOUSE"])
@pytest.mark.parametrize("kind", REFUSED)
def test_a_variable_that_names_nothing_is_refused_by_name(monkeypatch, variable, kind):
    value, reason = REFUSED[kind]
    monkeypatch.setenv(variable, value)
    with pytest.raises(BuildRefused) as refused:
        {"DELIVERY_DIR": delivery_folder, "WAREHOUSE": warehouse_file}[variable]()
    assert str(refused.value).startswith(variable)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)
    if variable == "WAREHOUSE":
        with pytest.raises(WarehouseError, match=r"^WAREHOUSE is "):
            Published()


@pytest.mark.parametrize("ending", ["", "/"])
def test_a_folder_is_no_warehouse(monkeypatch, tmp_path, ending):
    monkeypatch.setenv("WAREHOUSE", f"{tmp_path}{ending}")
    with pytest.raises(BuildRefused, match="a folder: name a file in it"):
        warehouse_file()


def test_the_example_is_built_only_where_no_delivery_is_named(monkeypatch):
    monkeypatch.delenv("DELIVERY_DIR", raising=False)
    assert delivery_folder() == EXAMPLE


def test_dbt_prints_that_refusal_alone(tmp_path):
    warehouse = Warehouse(tmp_path)
    warehouse.environment["DELIVERY_DIR"] = ""
    code, output = warehouse.run("build")
    assert code != 0
    assert output.splitlines()[-1].startswith("DELIVERY_DIR is set, but empty: ")
    assert "Traceback" not in output


@pytest.mark.parametrize("before", [0o400, 0o440, 0o600, 0o640, 0o664])
def test_a_replaced_file_keeps_its_mode(tmp_path, umask, before):
    umask(0o000)
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_text("new")
    target.write_text("old")
    target.chmod(before)
    replace_file(source, target)
    assert mode(target) == before
    assert target.read_text() == "new"


@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o444), (0o077, 0o400)])
def test_a_first_file_obeys_the_umask(tmp_path, umask, mask, expected):
    umask(mask)
    source = tmp_path / "source"
    source.write_text("new")
    replace_file(source, tmp_path / "target")
    assert mode(tmp_path / "target") == expected


def test_a_file_whose_group_cannot_be_kept_is_closed_to_the_group(
    tmp_path, umask, monkeypatch
):
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("old")
    old.chmod(0o664)
    group = os.stat_result([*old.stat()[:5], old.stat().st_gid + 1, *old.stat()[6:]])
    create_private(new)
    real = Path.stat

    def stat_of(path, **options):
        return group if path == old else real(path, **options)

    def refused(*_):
        raise PermissionError

    monkeypatch.setattr(Path, "stat", stat_of)
    monkeypatch.setattr(os, "chown", refused)
    keep_access(new, old)
    monkeypatch.undo()
    assert mode(new) == 0o604


def test_a_file_is_private_until_it_is_whole(tmp_path, umask):
    umask(0o000)
    create_private(tmp_path / "x")
    assert mode(tmp_path / "x") == 0o600


@pytest.mark.parametrize(
    ("published", "expected"), [(0o400, 0o700), (0o640, 0o750), (0o444, 0o755)]
)
def test_the_working_folder_lets_in_who_may_read_the_marts(
    tmp_path, umask, published, expected
):
    file = tmp_path / "warehouse.duckdb"
    file.touch()
    file.chmod(published)
    follow_access(tmp_path / "folder", file)
    assert mode(tmp_path / "folder") == expected


def test_the_report_keeps_the_mode_of_what_it_replaces(renamed, tmp_path, umask):
    report = tmp_path / "report"
    survival = Path(sys.executable).with_name("survival")
    run = [survival, "report", "--warehouse", renamed.path, "--output", report]
    subprocess.run(run, check=True, capture_output=True)
    assert mode(report / "index.html") == 0o644
    (report / "index.html").chmod(0o600)
    subprocess.run(run, check=True, capture_output=True)
    assert mode(report / "index.html") == 0o600


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        (["build", "--vars", "{study_end: 2018-02-31}"], "2018-02-31"),
        (["build", "--vars={study_end: 2018-13-01}"], "2018-13-01"),
        (["build", "--vars", "{study_end: 2018-02-28}"], None),
        (["build", "--vars", '{"study_end": "2018-02-31"}'], None),
        (["build", "--select", "2018-02-31"], None),
    ],
)
def test_an_impossible_day_among_the_parameters_is_found(typed, day):
    assert impossible_day(typed) == day


def test_dbt_tells_an_impossible_day_in_one_line(tmp_path):
    code, output = Warehouse(tmp_path).run("build", "--vars", "{study_end: 2018-02-31}")
    assert code == 1
    assert output == "--vars: 2018-02-31 is no day of the calendar\n"


def test_a_build_holds_3_gb_in_memory_if_it_is_told_nothing(renamed):
    code, output = limited(
        renamed, None, "select current_setting('memory_limit') as held"
    )
    assert code == 0, output
    assert '"held": "2.7 GiB"' in output


def test_what_memory_has_no_room_for_is_written_beside_the_working_file(renamed):
    """A sort of 160 MB, with 100 MB to hold; the disk is refused to the second."""
    sort = (
        "select count(*) as sorted, current_setting('memory_limit') as held, "
        "current_setting('temp_directory') as spilled "
        "from (select a, row_number() over (order by b) as n "
        "from (select range as a, hash(range) as b from range(10000000)))"
        " where n < 0 or a >= 0"
    )
    code, output = limited(renamed, "100MB", sort)
    assert code == 0, output
    assert '"sorted": 10000000' in output
    assert '"held": "95.3 MiB"' in output
    assert f'"spilled": "{working_file(renamed.path)}.tmp"' in output
    spilled = spill_folder(working_file(renamed.path))
    assert not list(spilled.iterdir() if spilled.exists() else [])
    shutil.rmtree(spilled, ignore_errors=True)
    spilled.write_text("no folder")
    try:
        code, output = limited(renamed, "100MB", sort)
    finally:
        spilled.unlink()
    assert code != 0
    assert spilled.name in output


@pytest.mark.parametrize(("given", "shown"), [(None, "2.7 GiB"), ("6GB", "5.5 GiB")])
def test_a_reader_holds_as_much_as_a_build(renamed, monkeypatch, given, shown):
    monkeypatch.delenv("MEMORY_LIMIT", raising=False)
    if given:
        monkeypatch.setenv("MEMORY_LIMIT", given)
    with Published(renamed.path) as published:
        held = published.query("select current_setting('memory_limit') as held")
    assert held == [{"held": shown}]


def test_a_limit_that_none_is_is_told_to_a_reader_too(renamed, monkeypatch):
    monkeypatch.setenv("MEMORY_LIMIT", "80%")
    with pytest.raises(WarehouseError, match="MEMORY_LIMIT is '80%'"):
        Published(renamed.path).delivery()


@pytest.mark.parametrize("value", ["", "0GB", "4", "80%", "2 gigabytes"])
def test_a_limit_that_none_is_ends_the_command(monkeypatch, value):
    monkeypatch.setenv("MEMORY_LIMIT", value)
    with pytest.raises(BuildRefused, match=r"MEMORY_LIMIT is '.*': expected .* 2500MB"):
        memory_limit()


def limited(warehouse: Warehouse, limit: str | None, query: str) -> tuple[int, str]:
    """Ask the working file, with so much memory."""
    before = warehouse.environment
    warehouse.environment = {k: v for k, v in before.items() if k != "MEMORY_LIMIT"}
    if limit:
        warehouse.environment["MEMORY_LIMIT"] = limit
    try:
        return warehouse.run("show", "--output", "json", "--inline", query)
    finally:
        warehouse.environment = before
