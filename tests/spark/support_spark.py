"""Builds on Spark by the commands that people type."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from dbt_builds import PROJECT

BIN = Path(sys.executable).parent
EXAMPLE = PROJECT / "dbt_project" / "deliveries" / "example"


@dataclass(frozen=True)
class OnSpark:
    """What a build on Spark left: its folder, and the file that it published."""

    lake: Path
    warehouse: Path


def run(
    *command: str | Path, project: Path = PROJECT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A command of a project, with everything that it prints in one text."""
    return subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=project,
        env={k: v for k, v in os.environ.items() if k not in ("STUDY", "LAKE")}
        | {"PYTHONPATH": f"{project / 'python'}:{project}"}
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def exported(
    delivery: Path, lake: Path, *, project: Path = PROJECT, **environment: str
) -> str:
    """A delivery that was checked; what the check printed."""
    completed = run(
        *("survival", "check", delivery, "--export", lake),
        project=project,
        **environment,
    )
    assert completed.returncode == 0, completed.stdout
    return completed.stdout


def built(
    lake: Path, *options: str, project: Path = PROJECT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """``dbt build --target spark`` of what was checked."""
    return run(
        *("dbt", "build", "--target", "spark", *options),
        project=project,
        LAKE=str(lake),
        DBT_TARGET_PATH=str(lake / "target"),
        DBT_LOG_PATH=str(lake / "logs"),
        **environment,
    )


def on_spark(delivery: Path, place: Path, *options: str, study: str = "") -> OnSpark:
    """A delivery built by the three commands, and published."""
    lake, warehouse = place / "lake", place / "warehouse.duckdb"
    named = {"STUDY": study, "WAREHOUSE": str(warehouse)}
    exported(delivery, lake, **named)
    completed = built(lake, *options, **named)
    assert completed.returncode == 0, completed.stdout
    published = run("survival", "publish", lake, **named)
    assert published.returncode == 0, published.stdout
    return OnSpark(lake, warehouse)
