"""The page "Your own study in ten steps", done as it stands in a copy."""

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from dbt_builds import PROJECT, project_copy

PAGE = PROJECT / "dbt_project" / "docs" / "your_study.md"
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> tuple[Path, list[str]]:
    """The project with the page's study in it, and what its commands printed."""
    project = project_copy(tmp_path_factory.mktemp("yours") / "project")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": f"{project}/python:{project}",
        "DBT_TARGET_PATH": str(project / "target"),
        "DBT_LOG_PATH": str(project / "logs"),
    }
    printed = []
    for kind, path, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "csv":
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).write_text(text, encoding="utf-8")
            continue
        completed = subprocess.run(
            ["bash", "-e", "-c", text],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert completed.returncode == 0, completed.stdout + completed.stderr
        printed.append(completed.stdout)
    return project, printed


def test_the_steps_are_ten():
    steps = re.findall(r"^## (\d+)\. ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert steps == [str(number) for number in range(1, 11)]


def test_the_study_gives_what_is_worked_by_hand(done):
    project, _ = done
    with duckdb.connect(str(project / "first.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select analysis_id, statistic, estimate from marts.survival_summary "
            "where statistic in ('survival_percent', 'median_days') order by all"
        ).fetchall()
        left = connection.execute(
            "select step, criterion, n_in, n_excluded, n_failing, n_failing_alone "
            "from marts.cohort_attrition order by step"
        ).fetchall()
        ends = connection.execute(
            "select patient_id, time_days, ended_by from marts.time_to_event "
            "where censoring_rule = 'censored_at_therapy' order by all"
        ).fetchall()
    assert rows == [
        ("all__os", "median_days", 40),
        ("all__os", "survival_percent", pytest.approx(100 * 8 / 15)),
        ("all__os__censored_at_therapy", "median_days", 30),
        ("all__os__censored_at_therapy", "survival_percent", pytest.approx(40)),
    ]
    assert left == [
        (1, "transplanted", 7, 1, 1, 0),
        (2, "adult", 6, 1, 2, 1),
        (3, "group_known", 5, 0, 0, 0),
    ]
    assert ends == [
        ("a", 10, "death"),
        ("b", 20, "last_contact"),
        ("c", 30, "death"),
        ("d", 25, "new_therapy"),
        ("e", 50, "last_contact"),
    ]


def test_the_commands_print_it(done):
    _, (*_, printed) = done
    assert "published: " in printed
    assert "53.3" in printed


def test_its_report_has_the_chapters_that_it_has_rows_for(done):
    project, _ = done
    text = (project / "target" / "first" / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<section><h2 id="[^"]*">([^<]*)</h2>', text) == [
        "Study population",
        "Baseline characteristics",
        "Survival",
        "Data quality",
        "Other files of this report",
        "Appendix: further analyses",
    ]
    assert "<h1>Survival after a transplant in myeloma</h1>" in text
    assert "Months from transplant" in text and "NEUF" not in text
    assert "Excluded: not adult, n 1" in text
