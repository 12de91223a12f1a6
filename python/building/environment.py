"""What the environment names: the delivery's folder, and the file to publish."""

import os
import re
from pathlib import Path

from delivery.definitions import PROJECT, seed_folders

from building.lock import BuildRefused

DELIVERIES = PROJECT / "dbt_project" / "deliveries"
EXAMPLE = DELIVERIES / "example"
WAREHOUSE = "warehouse.duckdb"
# As in the profile, for the connections that dbt does not open.
MOST_MEMORY = "3GB"


def delivery_folder() -> Path:
    """The folder that DELIVERY_DIR names; the study's own only where it is unset."""
    return _named("DELIVERY_DIR", "the delivery's folder", study_delivery())


def study_delivery() -> Path:
    """The delivery of the study in the repository: of its name, or the example."""
    _, study = seed_folders()
    own = DELIVERIES / study.name
    return own if own.is_dir() else EXAMPLE


def warehouse_file() -> Path:
    """The file that WAREHOUSE names, `warehouse.duckdb` where it is unset."""
    path = _named("WAREHOUSE", "the file to publish", Path(WAREHOUSE))
    if path.is_dir() or os.environ.get("WAREHOUSE", "").endswith("/"):
        raise BuildRefused(
            f"WAREHOUSE is {path}, a folder: name a file in it, as {path / WAREHOUSE}"
        )
    return path


def n_kept() -> int:
    """How many published files KEEP_PUBLISHED asks to keep; none where it is unset."""
    value = os.environ.get("KEEP_PUBLISHED", "0")
    if not re.fullmatch(r"\d{1,4}", value):
        raise BuildRefused(
            f"KEEP_PUBLISHED is '{value}': expected how many published files to keep "
            "beside WAREHOUSE, as 3"
        )
    return int(value)


def memory_limit() -> str | None:
    """What DuckDB may hold at once by MEMORY_LIMIT; None where the profile says it."""
    value = os.environ.get("MEMORY_LIMIT")
    if value is None:
        return None
    if not re.fullmatch(r"[1-9]\d{0,6} ?[MG]B", value):
        raise BuildRefused(
            f"MEMORY_LIMIT is '{value}': expected what DuckDB may hold in memory "
            "before it writes to disk, as 2500MB or 6GB"
        )
    return value


def within_memory() -> dict[str, str | bool | int | float | list[str]]:
    """What every connection to DuckDB is opened with."""
    return {"memory_limit": memory_limit() or MOST_MEMORY}


def named_warehouse() -> Path:
    """The file that WAREHOUSE names, as it is written there."""
    return Path(os.environ.get("WAREHOUSE", WAREHOUSE))


def _named(variable: str, what: str, default: Path) -> Path:
    value = os.environ.get(variable)
    if value is None:
        return Path(os.path.abspath(default))
    if not value.strip():
        raise BuildRefused(
            f"{variable} is set, but empty: name {what}, or unset it to use {default}"
        )
    if value.startswith("~"):
        raise BuildRefused(
            f"{variable} is {value}: nothing has put a folder in place of its ~; "
            f"write $HOME{value[1:]}"
            if value[1:2] in ("", "/")
            else f"{variable} is {value}: nothing has put a folder in place of its ~"
        )
    return Path(os.path.abspath(value))
