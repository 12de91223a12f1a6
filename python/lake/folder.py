"""The folder of one build on Spark: what lies where in it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Lake:
    """The folder of one build.

    Attributes
    ----------
    place : Path
        Absolute: Spark's workers know no working directory.
    """

    place: Path

    @property
    def gate(self) -> Path:
        """Where the gate judges, on DuckDB; gone once it has."""
        return self.place / "gate"

    @property
    def quality(self) -> Path:
        """The page and the lists of what was found."""
        return self.place / "quality"

    @property
    def delivery(self) -> Path:
        """What Spark reads, a folder of Parquet for each ``<schema>.<table>``."""
        return self.place / "delivery"

    @property
    def verdict(self) -> Path:
        """What was checked, and what was found; written last."""
        return self.place / "verdict.json"

    @property
    def tables(self) -> Path:
        """What Spark builds: ``<schema>.db/<table>``."""
        return self.place / "warehouse"

    @property
    def target(self) -> Path:
        """What dbt writes of its build on Spark."""
        return self.place / "target"

    def built(self, schema: str, table: str) -> Path:
        """The Parquet of a table that Spark built."""
        return self.tables / f"{schema}.db" / table
