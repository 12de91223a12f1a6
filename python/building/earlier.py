"""The published build, lent to the one that will replace it: database ``earlier``.

A build compares itself with what people read now. Nothing is copied: each relation of
``earlier`` is a view of the published file, opened read-only, and is empty where there
is no such file, or one of another study.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import yaml
from delivery.contract import delivery_contract
from delivery.definitions import PROJECT, seed_folders

from building.log import STANDING, Row, build_of_marts
from building.publishing import half_written

_SOURCES = PROJECT / "models" / "changes" / "_earlier__sources.yml"


@dataclass(frozen=True)
class Relation:
    """A table of the published file, and the columns that are read of it.

    Attributes
    ----------
    place : str
        Schema and name in the published file.
    columns : dict of str to str
        Type of each.
    is_kept : bool
        Whether it is carried on from builds of any study, as the delivery log is.
    """

    name: str
    place: str
    columns: dict[str, str]
    is_kept: bool


@cache
def relations() -> tuple[Relation, ...]:
    """What is read of the earlier build: its marts, and its records as delivered."""
    sources = yaml.safe_load(_SOURCES.read_text(encoding="utf-8"))["sources"]
    (marts,) = (source for source in sources if source["name"] == "earlier")
    lent = [
        Relation(
            name=table["name"],
            place=f"marts.{table['name']}",
            columns={c["name"]: c["data_type"] for c in table["columns"]},
            is_kept=table.get("meta", {}).get("kept", False),
        )
        for table in marts["tables"]
        if table["name"] != "build"
    ]
    records = [
        Relation(
            name=f"delivered_{table.name}",
            place=f"delivery.{table.name}",
            columns=dict.fromkeys(table.column_names, "string")
            | {"file_line": "bigint"},
            is_kept=False,
        )
        for table in delivery_contract().values()
    ]
    return (*lent, *records)


def lend_earlier(
    connection: duckdb.DuckDBPyConnection, warehouse: Path, log: list[Row]
) -> None:
    """Attach the published file, and name what is read of it.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    warehouse : Path
        The published file, which need not exist.
    log : list of Row
        Its delivery log: the last build that it published is the earlier one.
    """
    study = seed_folders()[1].name
    published = [row for row in log if row["verdict"] in STANDING]
    before = [row for row in published[-1:] if row["study"] == study]
    connection.execute("attach if not exists ':memory:' as earlier")
    known = _attach(connection, warehouse) if published else {}
    for relation in relations():
        held = known.get(relation.place, set())
        is_lent = bool(held) and (bool(before) or relation.is_kept)
        cells = ", ".join(
            f"cast({name if is_lent and name in held else 'null'} as {kind}) as {name}"
            for name, kind in relation.columns.items()
        )
        rows = f"from published.{relation.place}" if is_lent else "where false"
        connection.execute(
            f"create or replace view earlier.{relation.name} as select {cells} {rows}"
        )
    connection.execute(
        "create or replace table earlier.build "
        "(build_id varchar, delivery_id varchar, data_cutoff_date date)"
    )
    for row in before:
        connection.execute(
            "insert into earlier.build values (?, ?, ?)",
            [build_of_marts(row), row["delivery_id"], row["data_cutoff_date"]],
        )


def _attach(
    connection: duckdb.DuckDBPyConnection, warehouse: Path
) -> dict[str, set[str]]:
    """Columns of each table of the published file, attached as ``published``.

    By another name, so that a write-ahead log left beside it is not held against it.
    """
    alias = half_written(warehouse).with_suffix(".earlier")
    alias.unlink(missing_ok=True)
    alias.symlink_to(warehouse.resolve())
    try:
        quoted = str(alias).replace("'", "''")
        connection.execute(f"attach '{quoted}' as published (read_only)")
    finally:
        alias.unlink(missing_ok=True)
    found = connection.execute(
        "select schema_name || '.' || table_name, list(column_name) "
        "from duckdb_columns() where database_name = 'published' group by 1"
    ).fetchall()
    return {name: set(columns) for name, columns in found}
