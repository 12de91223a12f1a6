"""The delivery contract, as the catalogue states it: tables, columns, types, keys."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import yaml

from delivery.definitions import PROJECT, kept_by_study, seed, vocabularies

CONTRACT_FILE = PROJECT / "models" / "staging" / "_delivery__sources.yml"
TYPES = ("text", "term", "date", "partial_date", "integer", "number")


class ContractBroken(ValueError):
    """A contract that says too little, or contradicts itself, in one line."""


@dataclass(frozen=True)
class Column:
    """One column of the contract.

    Attributes
    ----------
    type : str
        One of `TYPES`.
    required : bool
        Whether a file must have it; one that it lacks reads as empty.
    date_role : str or None
        What a date is to its patient, of the seed `date_roles`.
    """

    name: str
    type: str
    key: bool = False
    nullable: bool = False
    required: bool = True
    terms: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    date_role: str | None = None


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

    def delivered_as(self, header: Iterable[str]) -> "Table":
        """The table without the columns that a file lacks."""
        names = set(header)
        columns = tuple(column for column in self.columns if column.name in names)
        return replace(self, columns=columns)


@kept_by_study
def delivery_contract() -> dict[str, Table]:
    """The tables of the contract by name, in its order.

    Raises
    ------
    ContractBroken
        Where a column does not say what is needed to read, gate and date it.
    """
    sources = yaml.safe_load(CONTRACT_FILE.read_text(encoding="utf-8"))["sources"]
    (delivery,) = (source for source in sources if source["name"] == "delivery")
    needed = {row["table_name"] for row in seed("required_tables")}
    for name in needed:
        _known("seed required_tables", "table", name, _names(delivery))
    return {
        table["name"]: Table(
            name=table["name"],
            required=table["meta"]["required"] or table["name"] in needed,
            columns=tuple(
                contract_column(table["name"], column["name"], column.get("meta") or {})
                for column in table["columns"]
            ),
        )
        for table in delivery["tables"]
    }


def contract_column(table_name: str, name: str, meta: dict) -> Column:
    """One column as its `meta` in the contract states it, if that is whole."""
    broken = f"{CONTRACT_FILE.name}: column {table_name}.{name}"
    allowed = [field.name for field in fields(Column) if field.name != "name"]
    for key in meta:
        _known(broken, "meta", key, allowed)
    if "type" not in meta:
        raise ContractBroken(f"{broken} has no type; expected one of {_listed(TYPES)}")
    column = Column(name=name, **meta)
    _known(broken, "type", column.type, TYPES)
    is_date = column.type in ("date", "partial_date")
    roles = [row["date_role"] for row in seed("date_roles")]
    if is_date and column.date_role is None:
        raise ContractBroken(
            f"{broken} is a date without a date_role; expected one of {_listed(roles)}"
        )
    if is_date:
        _known(broken, "date_role", column.date_role, roles)
    if column.type == "term":
        _known(broken, "terms", column.terms, vocabularies())
    for key, is_out_of_place in {
        "date_role": not is_date and column.date_role is not None,
        "terms": column.type != "term" and column.terms is not None,
        "minimum": column.type not in ("integer", "number")
        and (column.minimum, column.maximum) != (None, None),
    }.items():
        if is_out_of_place:
            raise ContractBroken(f"{broken}, of type {column.type}, can have no {key}")
    if not column.required and (column.key or not column.nullable):
        raise ContractBroken(
            f"{broken} is optional, so that it must be nullable and no key"
        )
    return column


def _names(source: dict) -> list[str]:
    return [table["name"] for table in source["tables"]]


def _known(broken: str, what: str, word: str | None, words: Iterable[str]) -> None:
    words = [*words]
    if word in words:
        return
    near = difflib.get_close_matches(str(word), words, 1)
    raise ContractBroken(
        f"{broken} has {what} {word!r}"
        + (f"; did you mean {near[0]}?" if near else "")
        + f" (expected one of {_listed(words)})"
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
