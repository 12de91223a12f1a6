"""What a command costs: seconds, CPU seconds, and the memory of its whole process tree.

Memory is the sum of the proportional set sizes (PSS) of the command and all that it
started, so that a page which two processes share counts once. It is sampled, with at
most a tenth of a core: a peak of less than the interval may be missed. Linux alone
tells it.
"""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SHORTEST_INTERVAL = 0.02
TICKS = os.sysconf("SC_CLK_TCK")
# The sampler rests this many times as long as it worked.
REST = 10


@dataclass(frozen=True)
class Cost:
    """What one run of a command took.

    Attributes
    ----------
    wall, cpu : float
        Seconds; `cpu` of the command and of all that it started, as far as a process
        that nobody waited for (Spark's) was seen before it ended.
    peak_mb : float
        The most memory that the process tree held at once.
    output : str
        What it printed.
    """

    wall: float
    cpu: float
    peak_mb: float
    output: str


class Failed(Exception):
    """A command that is measured ended with an error, and with what it printed."""


def measured(
    command: Sequence[str | os.PathLike[str]],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    allowed: tuple[int, ...] = (0,),
) -> Cost:
    """Run a command to its end.

    Parameters
    ----------
    command : sequence of str or path
    cwd : path, optional, keyword-only
    environment : mapping, optional, keyword-only
        Variables beside the caller's.
    allowed : tuple of int, keyword-only
        Exit codes that are no error.

    Raises
    ------
    Failed
        If it ends with another exit code.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        seen = _Sampler(process.pid)
        seen.start()
        output = process.stdout.read()
        # The counters of its finished children come with its own.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        seen.stop()
    if process.returncode not in allowed:
        raise Failed(f"{command[0]} ended with {process.returncode}:\n{output[-2000:]}")
    cpu = max(usage.ru_utime + usage.ru_stime, sum(seen.seconds.values()))
    return Cost(wall, cpu, seen.kilobytes / 1024, output)


class _Sampler(threading.Thread):
    """A session's processes: the most memory at once, and the CPU seconds of each."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.session, self.kilobytes = session, 0
        self.seconds: dict[int, float] = {}
        self._ended = threading.Event()

    def run(self) -> None:
        rest = SHORTEST_INTERVAL
        while not self._ended.wait(rest):
            began = time.perf_counter()
            found = members(self.session)
            self.seconds |= found
            # A child that has not begun its own program yet holds its parent's memory.
            maps = {address_space(sums): sums for sums in map(memory_map, found)}
            held = sum(map(proportional_set_size, maps.values()))
            self.kilobytes = max(self.kilobytes, held)
            rest = max(SHORTEST_INTERVAL, REST * (time.perf_counter() - began))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def members(root: int) -> dict[int, float]:
    """The session of `root` and all that descend from it, with their CPU seconds."""
    parents, seconds, found = {}, {}, {root}
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            # The name, in parentheses, may hold anything; state, parent, group and
            # session follow it, and further on the clock's ticks.
            text = Path(entry.path, "stat").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            continue
        _, parent, _, session, *others = text.rpartition(")")[2].split()
        pid = int(entry.name)
        parents[pid] = int(parent)
        seconds[pid] = sum(map(int, others[7:9])) / TICKS
        if int(session) == root:
            found.add(pid)
    while True:
        children = {pid for pid, parent in parents.items() if parent in found} - found
        if not children:
            return {pid: seconds[pid] for pid in found & seconds.keys()}
        found |= children


def memory_map(pid: int) -> str:
    """What the system sums up of a process's memory; nothing once it has ended."""
    try:
        return Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def address_space(sums: str) -> tuple[str, ...]:
    """What tells it from others: the addresses, and how much of them is in memory.

    What of that is shared may change between two looks at the same one.
    """
    return tuple(sums.splitlines()[:2])


def proportional_set_size(sums: str) -> int:
    """Kilobytes of a process, a shared page divided among those who share it."""
    return sum(int(line.split()[1]) for line in sums.splitlines() if line[:4] == "Pss:")
