"""``survival build``: from any folder, and in the log however it ends."""

import shutil
import subprocess
import sys

import duckdb
import pytest
from building.lock import BuildRefused
from building.log import opening_row
from lake.build import logged_unless_published


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        (BuildRefused("dbt did not build it"), "dbt did not build it"),
        (KeyboardInterrupt(), "interrupted"),
    ],
)
def test_a_build_that_published_nothing_is_in_the_log(
    example, tmp_path, ending, reason
):
    warehouse = shutil.copyfile(example.warehouse, tmp_path / "warehouse.duckdb")
    row = opening_row(build_id="this", parameters={})
    with pytest.raises(type(ending)), logged_unless_published(warehouse, row):
        raise ending
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute(
            "select verdict, reason from marts.delivery_log where build_id = 'this'"
        ).fetchall() == [("failed", reason)]


def test_a_folder_is_that_of_the_caller_wherever_the_project_is(tmp_path, monkeypatch):
    monkeypatch.delenv("WAREHOUSE", raising=False)
    (tmp_path / "delivery").mkdir()
    completed = subprocess.run(
        [sys.executable, "-m", "survival.cli", "build", "delivery"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 1
    assert f"{tmp_path / 'delivery'}" in completed.stdout
    assert f"not published: {tmp_path / 'warehouse.duckdb'}" in completed.stdout
