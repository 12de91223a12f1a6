"""What stops a delivery before any of it is read, each in one line."""

from collections.abc import Sequence
from dataclasses import dataclass

from delivery.files import DeliveredFile, Identity


@dataclass(frozen=True)
class Fault:
    """One reason why a delivery cannot be read.

    `rule_id` names the line of the contract's fault table that it breaks.
    """

    rule_id: str
    file_name: str
    message: str

    def __str__(self) -> str:
        return one_line(f"{self.file_name}: {self.message}")


class DeliveryRefused(Exception):
    """A delivery that cannot be read; its text is one line for each fault.

    `identity` is what its manifest tells of it, `files` those that could be read.
    """

    def __init__(
        self,
        folder: str,
        faults: Sequence[Fault],
        *,
        identity: Identity | None = None,
        files: Sequence[DeliveredFile] = (),
    ):
        self.folder = folder
        self.faults = tuple(faults)
        self.identity = identity
        self.files = tuple(files)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UnreadableFile(Exception):
    """A file that cannot be read to its end as what its name says."""

    def __init__(self, rule_id: str, message: str):
        self.rule_id = rule_id
        self.message = message
        super().__init__(message)


def one_line(text: str, *, limit: int = 400) -> str:
    """Text fit for a terminal: control characters escaped, cut to `limit`."""
    line = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in text
    )
    return line if len(line) <= limit else line[: limit - 3] + "..."


def quoted(name: str) -> str:
    """A column's or file's name as delivered, short and on one line."""
    return f'"{one_line(name, limit=60)}"'
