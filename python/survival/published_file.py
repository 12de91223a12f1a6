"""The published DuckDB file, read-only: opening it, and rows of its tables."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from survival.errors import WarehouseError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


class PublishedFile:
    """The tables of a published file; `Warehouse` says what they are."""

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path) if path else _named_by_the_environment()

    def __enter__(self) -> Self:
        self._connection  # noqa: B018 - open now, so that errors come here
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if "_connection" in self.__dict__:
            self._connection.close()
            del self.__dict__["_connection"]

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        import duckdb
        from building.environment import within_memory
        from building.lock import BuildRefused

        if not self.path.is_file():
            raise WarehouseError(
                f"there is no warehouse at {self.path}{_built_in_vain(self.path)}: run "
                "`make` or `dbt build`, or set WAREHOUSE to the published file"
            )
        try:
            connection = duckdb.connect(config=within_memory())
            # Under a name of its own: a file called marts.duckdb would be taken for its
            # schema marts.
            file = str(self.path.absolute()).replace("'", "''")
            connection.execute(f"attach '{file}' as warehouse (read_only)")
            connection.execute("use warehouse")
            return connection
        except BuildRefused as refused:
            raise WarehouseError(str(refused)) from refused
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise WarehouseError(
                f"{self.path} cannot be opened ({reason}): set WAREHOUSE to the "
                "published file, or run `dbt build` to publish it again"
            ) from error

    def _read(
        self,
        mart: str,
        *,
        where: dict[str, Any] | None = None,
        columns: Iterable[str] = ("*",),
    ) -> pd.DataFrame:
        """Rows of a mart; conditions that are None do not restrict."""
        import duckdb

        conditions = {k: v for k, v in (where or {}).items() if v is not None}
        clause = " and ".join(f"{column} = ?" for column in conditions)
        query = f"select {', '.join(columns)} from marts.{mart}"
        query += f" where {clause}" if clause else ""
        try:
            return self._connection.execute(query, list(conditions.values())).df()
        except duckdb.CatalogException as error:
            raise WarehouseError(self._without(mart)) from error

    def _read_known(self, mart: str, **words: str | None) -> pd.DataFrame:
        """The same; no rows is an answer, but not to a word that the mart lacks."""
        rows = self._read(mart, where=words)
        for column, word in words.items():
            if len(rows) or word is None:
                continue
            known = self._connection.execute(
                f"select distinct {column} from marts.{mart} order by all"
            ).fetchall()
            if known and (word,) not in known:
                raise WarehouseError(
                    f"{mart} has no {column} {word!r}: it has "
                    f"{', '.join(str(value) for (value,) in known)}"
                )
        return rows

    def records(
        self, table: str, *, schema: str = "marts", order_by: str | None = None
    ) -> list[dict[str, Any]]:
        """Rows of a table as dictionaries, without the cost of a data frame.

        Raises
        ------
        WarehouseError
            If the warehouse has no such table.
        """
        import duckdb

        order = f" order by {order_by}" if order_by else ""
        try:
            cursor = self._connection.execute(f"select * from {schema}.{table}{order}")
        except duckdb.CatalogException as error:
            raise WarehouseError(self._without(table)) from error
        return _dictionaries(cursor)

    def query(self, query: str) -> list[dict[str, Any]]:
        """Rows of a query as dictionaries."""
        return _dictionaries(self._connection.execute(query))

    def _without(self, mart: str) -> str:
        """Why a mart is not there."""
        return (
            f"{self.path} has no mart {mart}: it was published by an older build, or "
            "is no warehouse; run `dbt build`"
        )

    def comments(self) -> dict[str, str]:
        """What the catalogue says of each table, by its name with the schema."""
        return {
            row["name"]: row["comment"]
            for row in self.query(
                "select schema_name || '.' || table_name as name, comment "
                "from duckdb_tables() where comment is not null"
            )
        }


def _built_in_vain(path: Path) -> str:
    """Why the last build of a file that is not there published nothing, if known."""
    from building.journal import journal_of, read_journal

    for row in read_journal(journal_of(path))[-1:]:
        return f" (the last build: {row['verdict']}; {row['reason'] or 'no reason'})"
    return ""


def _named_by_the_environment() -> Path:
    from building.environment import WAREHOUSE, warehouse_file
    from building.lock import BuildRefused

    if "WAREHOUSE" not in os.environ:
        return Path(WAREHOUSE)
    try:
        return warehouse_file()
    except BuildRefused as refused:
        raise WarehouseError(str(refused)) from refused


def _dictionaries(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Rows by name; NULL in a column of estimates is nan, "not estimable"."""
    names = [column[0] for column in cursor.description]
    estimates = [name for name, kind, *_ in cursor.description if kind == "DOUBLE"]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        for name in estimates:
            if row[name] is None:
                row[name] = nan
    return rows
