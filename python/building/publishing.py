"""Publishing: one file replaces another, in one step, for every reader.

A reader who holds the published file keeps it as it was; who opens it next sees the
new one; nobody is locked out. Run as a module, this copies in a process of its own:
closing a database file in the process that has it open would drop DuckDB's lock.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from building.access import create_private, keep_access


def publish(working: Path, warehouse: Path) -> None:
    """Replace `warehouse` by a copy of the checkpointed `working` file."""
    completed = subprocess.run(
        [sys.executable, "-m", "building.publishing", str(working), str(warehouse)],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    if completed.returncode:
        reason = completed.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise OSError(f"{warehouse} could not be replaced: {reason[0]}")


def replace_file(source: Path, warehouse: Path) -> None:
    """Replace `warehouse` by a copy of `source`, on disk before it is seen."""
    warehouse = warehouse.resolve()
    copy = half_written(warehouse)
    create_private(copy)
    shutil.copyfile(source, copy)
    with copy.open("rb+") as file:
        os.fsync(file.fileno())
    # Nobody writes to it by a slip; who may read it is the old file's readers.
    keep_access(copy, warehouse, mode=0o444)
    # The log of somebody's crashed writing session would be held against the new file.
    warehouse.with_name(warehouse.name + ".wal").unlink(missing_ok=True)
    os.replace(copy, warehouse)
    folder = os.open(warehouse.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def half_written(warehouse: Path) -> Path:
    """Where the copy lies until it is whole: beside the file that it will replace."""
    warehouse = warehouse.resolve()
    return warehouse.with_name(f".{warehouse.name}.publishing")


if __name__ == "__main__":
    replace_file(Path(sys.argv[1]), Path(sys.argv[2]))
