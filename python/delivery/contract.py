"""The delivery contract, as the catalogue states it: tables, columns, types, keys."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[2]
CONTRACT_FILE = PROJECT / "models" / "staging" / "_delivery__sources.yml"


@dataclass(frozen=True)
class Column:
    """One column of the contract.

    `type` is text, term, date, partial_date, integer or number.
    """

    name: str
    type: str
    key: bool = False
    nullable: bool = False
    terms: str | None = None
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Table:
    """One table of the contract, delivered as one file of its name."""

    name: str
    required: bool
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names, in the order of the contract."""
        return tuple(column.name for column in self.columns)


@cache
def delivery_contract() -> dict[str, Table]:
    """The tables of the contract by name, in its order."""
    sources = yaml.safe_load(CONTRACT_FILE.read_text(encoding="utf-8"))["sources"]
    (delivery,) = (source for source in sources if source["name"] == "delivery")
    return {
        table["name"]: Table(
            name=table["name"],
            required=table["meta"]["required"],
            columns=tuple(
                Column(name=column["name"], **column["meta"])
                for column in table["columns"]
            ),
        )
        for table in delivery["tables"]
    }
