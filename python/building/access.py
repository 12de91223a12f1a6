"""Who may read a file: as before where it replaces one, else as the umask says."""

import os
import stat
from pathlib import Path

_READ = 0o444


def create_private(path: Path) -> None:
    """Create an empty file that its owner alone can open, until its access is set."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def keep_access(new: Path, old: Path, *, mode: int = 0o666) -> None:
    """Give a file the group and mode of the one that it will replace.

    Parameters
    ----------
    new, old
        Where there is no old file, the new one is as readable as the umask says.
    mode
        The permissions of a file that replaces none, before the umask.
    """
    if not old.exists():
        new.chmod(mode & ~_umask())
        return
    before = old.stat()
    new.chmod(_in_its_group(new, before, stat.S_IMODE(before.st_mode) & 0o777))


def follow_access(folder: Path, file: Path) -> None:
    """Let into a folder only who may read a file, where there is one.

    What lies in the folder, a database and its log, is then never more readable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if file.exists():
        before = file.stat()
        readers = before.st_mode & _READ & ~_umask()
        mode = 0o700 | readers | readers >> 2
        folder.chmod(_in_its_group(folder, before, mode))


def _in_its_group(path: Path, before: os.stat_result, mode: int) -> int:
    """The mode, without what it gave to a group that the path cannot be given to."""
    if path.stat().st_gid != before.st_gid:
        try:
            os.chown(path, -1, before.st_gid)
        except PermissionError:
            return mode & ~0o070
    return mode


def _umask() -> int:
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
