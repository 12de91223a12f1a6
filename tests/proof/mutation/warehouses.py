"""Warehouses in memory, whose marts are made again by changed SQL and compared."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Timer

import duckdb
from building.sql_functions import lend_functions
from dbt_builds import Build

from mutation.project_sql import Project

# A fault that turns a join into a product would run for hours.
SECONDS_PER_TABLE = 60


@dataclass
class Warehouse:
    """A built delivery, to be changed in a transaction that is rolled back.

    Attributes
    ----------
    name : str
    build : Build
    variables : dict or None
        What the build was given as ``--vars``.
    compared : dict of str to list of str
        By mart the columns that a test compares, cell by cell, with what was derived
        without this SQL. The build passes that test, so whatever differs fails it.
    compared_by : str
        That test.
    """

    name: str
    build: Build
    project: Project
    variables: dict | None = None
    compared: dict[str, list[str]] = field(default_factory=dict)
    compared_by: str = ""

    def __post_init__(self) -> None:
        self.connection = duckdb.connect()
        lend_functions(self.connection)
        for statement in (
            "set threads = 1",
            "attach ':memory:' as warehouse",
            f"attach '{self.build.warehouse}' as base (read_only)",
            "copy from database base to warehouse",
            "use warehouse",
        ):
            self.connection.execute(statement)
        manifest = json.loads(self.build.manifest.read_text(encoding="utf-8"))
        self.tests = [
            node
            for node in manifest["nodes"].values()
            if node["resource_type"] == "test"
        ]

    def compiled(self, changed: dict[str, str] | None = None) -> dict[str, str]:
        """SQL of the clinical models under this warehouse's variables."""
        return self.project.compiled(self.variables, changed=changed)

    def stale(self) -> str | None:
        """A model that today's SQL makes otherwise than the build did."""
        self.connection.execute("begin")
        try:
            sql = self.compiled()
            for name, node in self.project.models.items():
                self._make(node, sql[name])
                if self.differs(node):
                    return name
        finally:
            self.connection.execute("rollback")
        return None

    @contextmanager
    def remade(self, changed: dict[str, str]) -> Iterator[tuple[list[str], str | None]]:
        """The marts made again by changed SQL, for as long as the block lasts.

        Parameters
        ----------
        changed : dict of str to str
            Text of the changed files by path.

        Yields
        ------
        list of str
            The models that came out differently.
        str or None
            The test that tells so by comparing cells, where there is one.
        """
        instead = self.compiled(changed)
        self.connection.execute("begin")
        try:
            yield self._remake(instead)
        finally:
            self.connection.execute("rollback")

    def _remake(self, instead: dict[str, str]) -> tuple[list[str], str | None]:
        everything = self.compiled()
        different: list[str] = []
        for name, node in self.project.models.items():
            parents = {parent.split(".")[-1] for parent in node["depends_on"]["nodes"]}
            is_changed = instead.get(name, everything[name]) != everything[name]
            if not is_changed and not parents & set(different):
                continue
            try:
                self._make(node, instead.get(name, everything[name]))
            except duckdb.Error as error:
                return [*different, name], f"the build ({type(error).__name__})"
            if self.differs(node):
                different.append(name)
                if self._has_broken_contract(node):
                    return different, "the contract"
                columns = self.compared.get(name)
                if columns and self.differs(node, columns):
                    return different, f"{self.compared_by}: {name}"
        return different, None

    def _make(self, node: dict, sql: str) -> None:
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        relation = node["relation_name"]
        timer = Timer(SECONDS_PER_TABLE, self.connection.interrupt)
        timer.start()
        try:
            self.connection.execute(f"create or replace {kind} {relation} as {sql}")
            if kind == "view":
                self.connection.execute(f"select count(*) from {relation}")
        finally:
            timer.cancel()

    def differs(self, node: dict, columns: list[str] | None = None) -> bool:
        """Whether a table is another than in the build, floats to nine digits."""
        relation = node["relation_name"]
        base = relation.replace('"warehouse"', "base")
        described = self.connection.execute(f"describe {base}").fetchall()
        cells = ", ".join(
            f"round({column}, 9) as {column}" if kind == "DOUBLE" else column
            for column, kind, *_ in described
            if columns is None or column in columns
        )
        return self.connection.execute(
            f"""
            select exists (
                (select {cells} from {relation} except all select {cells} from {base})
                union all
                (select {cells} from {base} except all select {cells} from {relation})
            )
            """
        ).fetchone()[0]

    def _has_broken_contract(self, node: dict) -> bool:
        bound = [
            name
            for name, column in node["columns"].items()
            if any(rule["type"] == "not_null" for rule in column["constraints"])
        ]
        if not (node["config"]["contract"]["enforced"] and bound):
            return False
        return self.connection.execute(
            f"select exists (select 1 from {node['relation_name']} where "
            f"{' or '.join(f'{name} is null' for name in bound)})"
        ).fetchone()[0]

    def failing_test(self, different: list[str]) -> str | None:
        """The first data test of the changed models that finds a row."""
        for node in self.tests:
            parents = {parent.split(".")[-1] for parent in node["depends_on"]["nodes"]}
            if not parents & set(different):
                continue
            try:
                found = self.connection.execute(
                    f"select exists ({node['compiled_code']})"
                ).fetchone()[0]
            except duckdb.Error:
                found = True
            if found:
                return f"data test {node['name']}"
        return None

    def close(self) -> None:
        """Leave the memory."""
        self.connection.close()
