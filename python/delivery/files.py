"""A delivery and its files, as the pre-flight found them."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

FORMATS = ("csv", "csv.gz", "parquet")


@dataclass(frozen=True)
class DeliveredFile:
    """One file as it lies; `n_records` counts the malformed ones too."""

    table_name: str
    path: Path
    file_format: str
    n_bytes: int
    sha256: str
    header: tuple[str, ...]
    n_records: int
    n_blank_lines: int = 0
    is_plain: bool = False


# The delivery's id, the day on which it was delivered, and its data cut-off.
Identity = tuple[str, date, date]


@dataclass(frozen=True)
class Delivery:
    """A delivery whose files can be read, and are those of its manifest."""

    folder: Path
    delivery_id: str
    delivered_on: date
    data_cutoff_date: date
    files: tuple[DeliveredFile, ...]

    @property
    def identity(self) -> Identity:
        """What the manifest tells of it."""
        return self.delivery_id, self.delivered_on, self.data_cutoff_date
