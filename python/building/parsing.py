"""What dbt knows of the project already, for a build in a place of its own."""

import shutil
from pathlib import Path

from dbt.constants import PARTIAL_PARSE_FILE_NAME
from delivery.definitions import PROJECT


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
