"""A build on Spark, from the delivery to the file that people read."""

import os
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
from building.apart import dbt_build, spare_parsing
from building.check import Checked, CheckFailed
from building.lock import BuildRefused
from building.log import Row, log_unpublished, now, opening_row
from building.parameters import parameter_faults, parameters_used
from delivery.faults import one_line

from lake.export import export
from lake.folder import Lake


def check_to_lake(
    folder: Path, lake: Lake, *, warehouse: Path, given: Mapping[str, Any]
) -> tuple[Checked, Row]:
    """The gate alone, with what Spark reads of an accepted delivery.

    Returns
    -------
    tuple of (Checked, Row)
        What the gate says, and the build's row of the delivery log.

    Raises
    ------
    CheckFailed
        Where the gate could not be run to its end.
    """
    if faults := parameter_faults(given):
        raise CheckFailed("\n".join(faults))
    row = opening_row(build_id=str(uuid.uuid4()), parameters=parameters_used(given))
    checked = export(folder, lake, warehouse=warehouse, row=row, given=given)
    if not checked.is_accepted:
        row.update(verdict="refused", reason="\n".join(checked.reasons))
    return checked, row


def run_on_spark(lake: Lake, *, target: str, given: str | None = None) -> None:
    """``dbt build --target <target>`` of what was checked.

    What dbt prints is printed as it comes.

    Raises
    ------
    BuildRefused
        Where there is no Spark to run it, or it did not come to its end.
    """
    if find_spec("pyspark") is None or find_spec("dbt.adapters.spark") is None:
        raise BuildRefused(
            "Spark is not installed: pip install 'neuf-warehouse[spark]', and Java 17"
        )
    spare_parsing(lake.target)
    completed = dbt_build(
        *("--target", target),
        *(("--vars", given) if given else ()),
        env=os.environ
        | {
            "LAKE": str(lake.place),
            "DBT_TARGET_PATH": str(lake.target),
            "DBT_LOG_PATH": str(lake.place / "logs"),
        },
    )
    if completed.returncode:
        raise BuildRefused(f"dbt did not build {lake.place}")


@contextmanager
def logged_unless_published(warehouse: Path, row: Row) -> Iterator[None]:
    """Enter in the published log a build that ends in any other way than published."""
    try:
        yield
    except BaseException as error:
        if not row["verdict"]:
            row.update(verdict="failed", reason=one_line(str(error)) or "interrupted")
        _log(warehouse, row)
        raise


def _log(warehouse: Path, row: Row) -> None:
    row.update(finished_at=now())
    if not warehouse.exists():
        return
    try:
        log_unpublished(warehouse, [row])
    except (OSError, duckdb.Error) as error:
        print(f"not logged: {one_line(str(error))}", file=sys.stderr)
