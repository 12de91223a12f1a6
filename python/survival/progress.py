"""A line on stderr for whatever takes longer than a second."""

from __future__ import annotations

import sys
import time
from typing import TextIO

PATIENCE_SECONDS = 1.0


class Progress:
    """Counts steps; shows them from the second second on.

    On a terminal one line is rewritten, and removed at the end; elsewhere a line is
    written every few seconds. Standard output is never touched.

    Parameters
    ----------
    verb : str
        What is being done.
    total : int or None, keyword-only
        Number of steps; None where it is not known beforehand.
    stream : file, optional, keyword-only
        Standard error by default.
    """

    def __init__(
        self, verb: str, *, total: int | None, stream: TextIO | None = None
    ) -> None:
        self._verb = verb
        self._total = total
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._n_done = 0
        self._next = time.monotonic() + PATIENCE_SECONDS
        self._is_shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._is_shown and self._is_terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def step(self, name: str) -> None:
        """Say that the step `name` begins."""
        self._n_done += 1
        now = time.monotonic()
        if now < self._next:
            return
        self._is_shown = True
        self._next = now + (0.1 if self._is_terminal else 5.0)
        of_all = "" if self._total is None else f" of {self._total}"
        line = f"{self._verb} {self._n_done}{of_all}: {name}"
        self._stream.write(f"\r\x1b[K{line}" if self._is_terminal else f"{line}\n")
        self._stream.flush()
