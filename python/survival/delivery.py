"""What is recorded of a delivery that a build was attempted with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Delivery:
    """A row of ``delivery_log``: a build that was attempted.

    Attributes
    ----------
    delivery_id : str or None
        None where the build stopped before the manifest was read.
    data_cutoff_date, delivered_on : str or None
        ISO dates.
    verdict : str
        ``published``, or what became of it instead.
    reason : str or None
        Why it was not published.
    """

    delivery_id: str | None
    data_cutoff_date: str | None
    delivered_on: str | None
    verdict: str
    reason: str | None

    @property
    def is_published(self) -> bool:
        """Whether the marts are of it: it replaced them, or they were gone back to."""
        return self.verdict in ("published", "rolled_back")

    @property
    def is_synthetic(self) -> bool:
        """Whether the id says that no patient is behind the data."""
        name = (self.delivery_id or "").lower()
        return name.startswith("example") or "synthetic" in name

    def facts(self) -> dict[str, str]:
        """What is known of it, by a reader's words."""
        named = {
            "delivery": self.delivery_id,
            "delivered on": self.delivered_on,
            "data cut-off": self.data_cutoff_date,
        }
        return {name: value for name, value in named.items() if value is not None}
