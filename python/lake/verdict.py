"""The verdict on a delivery, which Spark asks for before it reads any of it."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from building.check import Checked
from building.lock import BuildRefused
from building.log import Row
from building.parameters import parameter_text

from lake.folder import Lake


class Part(NamedTuple):
    """A Parquet file, by its path in the folder `delivery`."""

    path: str
    sha256: str


def write_verdict(
    lake: Lake,
    checked: Checked,
    *,
    row: Row,
    given: Mapping[str, Any],
    seeds: Mapping[str, str],
    parts: Sequence[Part],
) -> None:
    """Write the verdict, in one line and in one step.

    Parameters
    ----------
    lake : Lake
    checked : Checked
        What the gate says.
    row : Row, keyword-only
        The build's row of the delivery log.
    given : mapping, keyword-only
        What ``--vars`` said.
    seeds : mapping of str to str, keyword-only
        Checksum of each seed, as dbt has it.
    parts : sequence of Part, keyword-only
        What Spark will read.
    """
    verdict = {
        "delivery_id": checked.delivery,
        "is_accepted": checked.is_accepted,
        "reasons": checked.reasons,
        "study": row["study"],
        "code_commit": row["code_commit"],
        "build": row,
        "given": {name: parameter_text(value) for name, value in given.items()},
        "seeds": seeds,
        "parts": [part._asdict() for part in parts],
    }
    half = lake.verdict.with_suffix(".half")
    half.write_text(json.dumps(verdict, default=str), encoding="utf-8")
    os.replace(half, lake.verdict)


def read_verdict(lake: Lake) -> dict[str, Any]:
    """The verdict of a folder.

    Raises
    ------
    BuildRefused
        Where there is none, or it is a refusal.
    """
    if not lake.verdict.exists():
        raise BuildRefused(
            f"{lake.place} has no verdict: survival check DELIVERY --export writes it"
        )
    verdict = json.loads(lake.verdict.read_text(encoding="utf-8"))
    if not verdict["is_accepted"]:
        raise BuildRefused(f"{lake.place}: its delivery was refused")
    return verdict
