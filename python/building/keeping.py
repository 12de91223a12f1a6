"""Published files that are kept when another takes their place, and the way back.

They lie in a folder beside ``WAREHOUSE``, each under the time of its publishing and its
delivery, so that their names sort as they came. None is kept unless it is asked for.
"""

import os
import re
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from building.access import create_private, follow_access, keep_access
from building.journal import working_file
from building.lock import BuildRefused, take_lock
from building.log import (
    STANDING,
    Row,
    build_of_marts,
    now,
    publish_with_log,
    read_log,
)


@dataclass(frozen=True)
class Kept:
    """A published file, and the last row of its log that says what its marts are."""

    path: Path
    row: Row

    @property
    def facts(self) -> str:
        """Delivery, cut-off, patients and day, in one line."""
        row = self.row
        return (
            f"{row['delivery_id']}, cut-off {row['data_cutoff_date']}, "
            f"{row['n_included']} patients included, published {row['finished_at']}"
        )


def kept_folder(warehouse: Path) -> Path:
    """Where the files that a warehouse had before lie."""
    warehouse = warehouse.resolve()
    return warehouse.with_name(f"{warehouse.name}.kept")


def kept_files(warehouse: Path) -> list[Kept]:
    """The files kept, the newest first."""
    found = sorted(kept_folder(warehouse).glob("*.duckdb"), reverse=True)
    return [kept for path in found if (kept := _described(path))]


def keep(warehouse: Path) -> None:
    """Keep the published file, which is about to be replaced.

    Raises
    ------
    OSError
        Where it can be neither linked nor copied.
    """
    kept = _described(warehouse)
    if kept is None:
        return
    folder = kept_folder(warehouse)
    follow_access(folder, warehouse)
    target = folder / _name(kept.row)
    # Of this build already: a process was killed before the file was replaced.
    if target.exists():
        return
    link_or_copy(warehouse, target)


def link_or_copy(warehouse: Path, target: Path) -> None:
    """Give a published file, which nobody writes to, another name that it keeps.

    Raises
    ------
    OSError
        Where it can be neither linked nor copied.
    """
    try:
        os.link(warehouse.resolve(), target)
    except OSError:
        # A file system without links: under another name until it is whole.
        half = target.with_suffix(".half")
        create_private(half)
        shutil.copyfile(warehouse, half)
        keep_access(half, warehouse)
        os.replace(half, target)


def forget_older(warehouse: Path, *, n_kept: int) -> None:
    """Remove all but the newest `n_kept` files."""
    found = sorted(kept_folder(warehouse).glob("*.duckdb"), reverse=True)
    for path in found[n_kept:]:
        path.unlink()


def go_back(warehouse: Path, wanted: str) -> Kept:
    """Put a kept file in the place of the published one, which is kept instead.

    Parameters
    ----------
    warehouse : Path
    wanted : str
        Its number, 1 the newest, or the id of its delivery.

    Returns
    -------
    Kept
        What is published now. Its log is that of the file that it replaces, with a row
        more, so that no build is forgotten.

    Raises
    ------
    BuildRefused
        Where there is no such file, or a build is at work.
    """
    working = working_file(warehouse)
    follow_access(working.parent, warehouse)
    take_lock(working)
    target = _found(kept_files(warehouse), wanted)
    log = read_log(warehouse)
    row = target.row | {
        "build_id": str(uuid.uuid4()),
        "verdict": "rolled_back",
        "goes_back_to": build_of_marts(target.row),
        "reason": f"back to build {build_of_marts(target.row)}, published "
        f"{target.row['finished_at']}",
        "started_at": now(),
        "finished_at": now(),
    }
    try:
        keep(warehouse)
        publish_with_log(target.path, warehouse, [*log, row])
        target.path.unlink()
    except OSError as error:
        raise BuildRefused(str(error)) from error
    return target


def _found(kept: list[Kept], wanted: str) -> Kept:
    if not kept:
        raise BuildRefused(
            "no published file is kept: KEEP_PUBLISHED=3 dbt build keeps the last three"
        )
    if wanted.isdecimal() and 1 <= int(wanted) <= len(kept):
        return kept[int(wanted) - 1]
    of_delivery = [n for n, k in enumerate(kept) if k.row["delivery_id"] == wanted]
    if len(of_delivery) == 1:
        return kept[of_delivery[0]]
    if of_delivery:
        numbers = " or ".join(str(n + 1) for n in of_delivery)
        raise BuildRefused(
            f"several files kept are of delivery {wanted}: say {numbers}"
        )
    known = ", ".join(dict.fromkeys(str(k.row["delivery_id"]) for k in kept))
    raise BuildRefused(
        f"no file kept is {wanted}: say a number from 1 to {len(kept)}, or one of "
        f"{known}"
    )


def _described(path: Path) -> Kept | None:
    """None where a file has no log of a build that published it."""
    standing = [row for row in read_log(path) if row["verdict"] in STANDING]
    return Kept(path, standing[-1]) if standing else None


def _name(row: Row) -> str:
    """Time, delivery and build: no two builds have one name."""
    time = row["finished_at"] or row["started_at"]
    delivery = re.sub(r"[^A-Za-z0-9._-]+", "_", row["delivery_id"] or "")[:60]
    return f"{time:%Y%m%dT%H%M%S}-{delivery}-{row['build_id'][:8]}.duckdb"
