"""Builds of the warehouse in folders of their own, by the command that people type."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from building.apart import spare_parsing

PROJECT = Path(__file__).parents[3]
DELIVERIES = PROJECT / "tests" / "deliveries"
BMT_VARIABLES = {
    "study_end": "2030-12-31",
    "adult_age_years": 0,
    "days_per_month": 30.4375,
}


@dataclass(frozen=True)
class Build:
    """What a build left: the published file, the SQL as it ran, and what it said.

    Attributes
    ----------
    warehouse : Path
        The published file, there only after a whole, green build.
    compiled : Path
        Folder of the models' and tests' compiled SQL.
    exit_code : int
    output : str
        What stood in the terminal.
    """

    warehouse: Path
    compiled: Path
    exit_code: int
    output: str = field(repr=False)

    @property
    def manifest(self) -> Path:
        """What dbt knows of the project: nodes, columns and descriptions."""
        return self.compiled.parent / "manifest.json"

    def model(self, name: str) -> str:
        """Compiled SQL of a model or a test."""
        (path,) = self.compiled.rglob(f"{name}.sql")
        return path.read_text(encoding="utf-8")


def build(
    delivery: Path,
    folder: Path,
    *options: str,
    variables: dict | None = None,
    project: Path = PROJECT,
    study: str = "",
) -> Build:
    """Run ``dbt build`` on a delivery, with everything that it writes in `folder`."""
    spare_parsing(folder / "target")
    study = study or os.environ.get("STUDY", "")
    environment = {
        # dbt parses anew where a setting is empty that was not there.
        **{name: value for name, value in os.environ.items() if name != "STUDY"},
        **({"STUDY": study} if study else {}),
        # A copy of the project is built by its own Python.
        "PYTHONPATH": str(project / "python"),
        "DELIVERY_DIR": str(delivery),
        "WAREHOUSE": str(folder / "warehouse.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    result = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "build", *options),
            *("--vars", json.dumps(variables or {})),
        ],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return Build(
        warehouse=folder / "warehouse.duckdb",
        compiled=folder / "target" / "compiled",
        exit_code=result.returncode,
        output=result.stdout + result.stderr,
    )


def project_copy(folder: Path) -> Path:
    """A copy of the project's sources, to be changed."""
    folder.mkdir(parents=True)
    for name in ("dbt_project.yml", "profiles.yml", "selectors.yml"):
        shutil.copy(PROJECT / name, folder)
    for name in ("dbt_project", "expectations", "macros", "models", "python", "seeds"):
        shutil.copytree(PROJECT / name, folder / name)
    (folder / "tests").mkdir()
    for path in (PROJECT / "tests").glob("*.sql"):
        shutil.copy(path, folder / "tests")
    shutil.copytree(PROJECT / "tests" / "generic", folder / "tests" / "generic")
    return folder
