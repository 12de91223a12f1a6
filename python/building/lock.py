"""The lock of a build: one at a time writes a working file."""

import fcntl
import os
from pathlib import Path
from typing import Any

_locks: dict[Path, Any] = {}


class BuildRefused(Exception):
    """A build that may not begin, in one line."""


def take_lock(working: Path) -> None:
    """Keep other builds of one warehouse away until this process ends."""
    path = working.with_name(working.name + ".lock")
    if path in _locks:
        return
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise BuildRefused(
            f"another dbt command is at work on {working} (process {holder}): "
            "start again when it has ended"
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    _locks[path] = file
