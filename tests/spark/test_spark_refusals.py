"""Spark reads what was checked and nothing else; what did not end is not published."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from dbt_builds import project_copy
from delivery_files import copied, edited, renewed
from support_spark import BIN, EXAMPLE, built, exported, run


@pytest.fixture(scope="module")
def checked(tmp_path_factory) -> Path:
    """The example, checked and not built yet."""
    lake = tmp_path_factory.mktemp("checked") / "lake"
    exported(EXAMPLE, lake, WAREHOUSE=str(lake.parent / "warehouse.duckdb"))
    return lake


def byte_changed(lake: Path) -> None:
    path = max((lake / "delivery" / "delivery.patients").glob("*.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def part_removed(lake: Path) -> None:
    max((lake / "delivery" / "delivery.relapses").glob("*.parquet")).unlink()


def verdict_removed(lake: Path) -> None:
    (lake / "verdict.json").unlink()


def commit_of_another(lake: Path) -> None:
    path = lake / "verdict.json"
    verdict = path.read_text(encoding="utf-8")
    path.write_text(verdict.replace('"code_commit": "', '"code_commit": "0'), "utf-8")


@pytest.mark.parametrize(
    ("slip", "options", "said"),
    [
        (byte_changed, (), "delivery.patients/data_0.parquet is not as it was checked"),
        (part_removed, (), "delivery.relapses/data_0.parquet is missing"),
        (verdict_removed, (), "has no verdict"),
        (commit_of_another, (), "was checked by code of 0"),
        (
            lambda _: None,
            ("--vars", "{study_end: 2018-01-31}"),
            "was checked with the parameters {}",
        ),
    ],
)
def test_what_is_not_as_it_was_checked_is_not_read(
    checked, tmp_path, slip, options, said
):
    lake = shutil.copytree(checked, tmp_path / "lake")
    slip(lake)
    completed = built(lake, *options)
    assert completed.returncode
    (line,) = (x for x in completed.stdout.splitlines() if "delivery refused: " in x)
    assert said in line
    assert not list((lake / "warehouse").rglob("*.parquet"))


def test_parameters_are_those_of_the_check_however_they_are_written(tmp_path):
    lake = tmp_path / "lake"
    named = {"WAREHOUSE": str(tmp_path / "warehouse.duckdb")}
    given = "{study_end: 2018-01-31, countries: [FR, IT]}"
    checking = ("survival", "check", EXAMPLE, "--export", lake, "--vars", given)
    assert run(*checking, **named).returncode == 0
    said = '{"countries": ["FR", "IT"], "study_end": "2018-01-31"}'
    completed = built(lake, "--select", "+study_parameters", "--vars", said, **named)
    assert completed.returncode == 0, completed.stdout


def test_a_delivery_that_the_gate_refuses_is_not_exported(tmp_path):
    delivery = copied(tmp_path / "delivery")
    edited(delivery, "patients.csv", lambda text: text.replace(",female,", ",f,"))
    renewed(delivery)
    lake, warehouse = tmp_path / "lake", tmp_path / "warehouse.duckdb"
    completed = run(
        *("survival", "build", delivery, "--target", "spark", "--lake", lake),
        WAREHOUSE=str(warehouse),
    )
    assert completed.returncode == 1
    assert "term_not_allowed" in completed.stdout
    assert f"refused: {warehouse} is as it was" in completed.stdout
    assert not (lake / "verdict.json").exists()
    assert not warehouse.exists()


def test_a_folder_is_built_in_once(pair_of):
    _, spark = pair_of("example")
    completed = built(spark.lake)
    assert completed.returncode
    assert "holds a build already" in completed.stdout


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("publish.db/tables_built", "its build did not come to its end"),
        ("marts.db/table_one", "marts.table_one is missing"),
    ],
)
def test_a_build_without_its_last_node_or_a_table_is_not_published(
    pair_of, tmp_path, gone, said
):
    _, spark = pair_of("example")
    lake = shutil.copytree(spark.lake, tmp_path / "lake")
    for path in (lake / "warehouse" / gone).glob("*.parquet"):
        path.unlink()
    warehouse = tmp_path / "warehouse.duckdb"
    completed = run("survival", "publish", lake, WAREHOUSE=str(warehouse))
    assert completed.returncode == 1
    assert said in completed.stdout
    assert not warehouse.exists()


def test_a_build_that_compared_itself_with_another_file_is_not_published(pair_of):
    _, spark = pair_of("example")
    before = spark.warehouse.read_bytes()
    completed = run("survival", "publish", spark.lake, WAREHOUSE=str(spark.warehouse))
    assert completed.returncode == 1
    assert "another build was published since" in completed.stdout
    assert spark.warehouse.read_bytes() == before


@pytest.mark.parametrize("seconds", [0.4, 0.8, 1.2, 1.6, 2.0])
def test_a_kill_while_publishing_leaves_a_whole_file(pair_of, tmp_path, seconds):
    _, spark = pair_of("example")
    warehouse = tmp_path / "warehouse.duckdb"
    named = os.environ | {"WAREHOUSE": str(warehouse)}
    command = [BIN / "survival", "publish", spark.lake]
    publishing = subprocess.Popen(command, env=named, start_new_session=True)
    time.sleep(seconds)
    os.killpg(publishing.pid, signal.SIGKILL)
    publishing.wait()
    if not warehouse.exists():
        subprocess.run(command, env=named, check=True)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute(
            "select count(*) from marts.cohort where is_included"
        ).fetchall() == [(249,)]


def replaced(path: str, *edits: tuple[str, str]) -> Callable[[Path], None]:
    """An edit of one file of the project: what stood there, and what does now."""

    def edit(project: Path) -> None:
        text = (project / path).read_text(encoding="utf-8")
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        (project / path).write_text(text, encoding="utf-8")

    return edit


@pytest.mark.parametrize(
    ("slip", "selected", "said"),
    [
        # Spark's ltrim takes its arguments the other way round.
        (
            replaced(
                "macros/folded_id.sql",
                ("trim(\n                leading '0' from", "ltrim("),
                ("                end\n", "                end,\n'0'\n"),
            ),
            "assert_macros_agree_with_their_tables",
            "FAIL",
        ),
        (
            lambda project: (project / "macros/engines/spark_seed.sql").write_text(
                "{% macro spark_literal(value) %}'{{ value }}'{% endmacro %}"
            ),
            "gate_rules",
            "ERROR loading seed file definitions.gate_rules",
        ),
        (
            replaced(
                "models/definitions/study_parameters.sql",
                (
                    "        parameters.source\n",
                    "        nullif(parameters.source, 'P14') as source\n",
                ),
            ),
            "+study_parameters",
            "NOT NULL constraint failed: marts.study_parameters.source",
        ),
        (
            replaced(
                "models/quality/findings_dates.yml",
                (
                    "{rule_id: relapse_undated, source_record: 'relapses:2'}",
                    "{rule_id: relapse_undated, source_record: 'relapses:3'}",
                ),
            ),
            "+findings_dates",
            "actual differs from expected",
        ),
    ],
)
def test_a_slip_in_the_project_ends_the_build(tmp_path, slip, selected, said):
    project = project_copy(tmp_path / "project")
    lake = tmp_path / "lake"
    named = {"WAREHOUSE": str(tmp_path / "warehouse.duckdb")}
    exported(EXAMPLE, lake, project=project, **named)
    slip(project)
    completed = built(lake, "--select", selected, project=project, **named)
    assert completed.returncode == 1
    assert said in completed.stdout
