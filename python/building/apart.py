"""dbt in a place of its own: nothing that is published is touched."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbt.constants import PARTIAL_PARSE_FILE_NAME
from delivery.definitions import PROJECT

from building.journal import working_file


def build_apart(
    selected: list[str],
    *,
    delivery: Path,
    place: Path,
    warehouse: str = "warehouse",
    project: Path = PROJECT,
    given: Mapping[str, object] | None = None,
) -> tuple[Path, str | None]:
    """Build what is selected of a delivery, and ask none of its tests.

    Parameters
    ----------
    selected : list of str
        As ``--select`` takes it.
    delivery, place : Path
        Whatever dbt writes goes to `place`.
    warehouse : str, keyword-only
        Name of the file, without its suffix.
    project : Path, keyword-only
        This project, or a copy of it that is built by its own Python.
    given : mapping, optional, keyword-only
        As ``--vars`` takes them.

    Returns
    -------
    tuple of (Path, str or None)
        The working file, and what dbt printed where it failed.
    """
    is_copy = project != PROJECT
    target = place / ("target_of_copy" if is_copy else "target")
    if not is_copy:
        spare_parsing(target)
    published = place / f"{warehouse}.duckdb"
    completed = dbt_build(
        *("--select", *selected),
        *("--exclude-resource-type", "test"),
        *("--exclude-resource-type", "unit_test"),
        *(("--vars", json.dumps(given, default=str)) if given else ()),
        project=project,
        # The caller's settings of dbt may be those of another project.
        env={k: v for k, v in os.environ.items() if not k.startswith("DBT_")}
        | ({"PYTHONPATH": str(project / "python")} if is_copy else {})
        | {
            "PYTHONIOENCODING": "utf-8",
            "DELIVERY_DIR": os.path.abspath(delivery),
            "WAREHOUSE": str(published),
            "DBT_TARGET_PATH": str(target),
            "DBT_LOG_PATH": str(place / "logs"),
        },
        capture_output=True,
        encoding="utf-8",
    )
    failed = completed.stdout + completed.stderr if completed.returncode else None
    return working_file(published), failed


def dbt_build(
    *options: str, project: Path = PROJECT, **run: Any
) -> subprocess.CompletedProcess[str]:
    """``dbt build`` in the folder of a project, wherever it is called from.

    Parameters
    ----------
    *options : str
        As typed after the command.
    project : Path, keyword-only
    **run
        As ``subprocess.run`` takes them.
    """
    dbt = Path(sys.executable).with_name("dbt")
    return subprocess.run([dbt, "build", *options], cwd=project, check=False, **run)


def spare_parsing(target: Path) -> None:
    """Hand dbt what it parsed of the project last, which takes it seconds.

    dbt itself tells whether that still holds, and parses anew what does not.

    Parameters
    ----------
    target : Path
        Where the build's own artefacts will go.
    """
    parsed = PROJECT / "target" / PARTIAL_PARSE_FILE_NAME
    copy = target / PARTIAL_PARSE_FILE_NAME
    if parsed.exists() and not copy.exists():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(parsed, copy)
        copy.chmod(0o600)
