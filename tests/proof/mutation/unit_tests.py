"""dbt's unit tests run as dbt runs them, but all in one process and at once."""

import re
from dataclasses import dataclass

import duckdb

from mutation.project_sql import Project

RELATION = re.compile(r'"warehouse"\."(\w+)"')


@dataclass
class UnitTests:
    """The unit tests of the project with their tables, in memory.

    Attributes
    ----------
    project : Project
    connection : DuckDBPyConnection
        One on a built warehouse, which gives the tables' column types.
    """

    project: Project
    connection: duckdb.DuckDBPyConnection

    def __post_init__(self) -> None:
        self.connection.execute("attach if not exists ':memory:' as units")
        self._tests: dict[str, list[tuple[str, str, list[str]]]] = {}
        tests = self.project.manifest["unit_tests"].values()
        for number, test in enumerate(tests):
            if test["model"] not in self.project.models:
                continue
            for given in test["given"]:
                self._write(f"u{number}", self._relation(given["input"]), given["rows"])
            rows = test["expect"]["rows"]
            own = self.project.models[test["model"]]["relation_name"]
            columns = list(rows[0]) if rows else []
            self._write(f"expected_{number}", own, rows, columns)
            variables = (test["overrides"] or {}).get("vars")
            self._tests.setdefault(test["model"], []).append(
                (test["name"], f"u{number}", columns, variables)
            )

    def failing(self, model: str, changed: dict[str, str]) -> str | None:
        """The first unit test that a model does not pass when files are changed."""
        own = RELATION.sub(r'"\1"', self.project.models[model]["relation_name"])
        for name, schema, columns, variables in self._tests.get(model, []):
            sql = self.project.compiled(variables, changed=changed)[model]
            here = RELATION.sub(rf'"units"."{schema}_\1"', sql)
            cells = ", ".join(columns) or "*"
            table = f'"units"."expected_{schema[1:]}_{own[1:]}'
            wanted = f"select {cells} from {table}"
            found = f"select {cells} from ({here})"
            try:
                fails = self.connection.execute(
                    f"select exists (({found} except all {wanted}) "
                    f"union all ({wanted} except all {found}))"
                ).fetchone()[0]
            except duckdb.Error:
                fails = True
            if fails:
                return f"unit test {name}"
        return None

    def _relation(self, given: str) -> str:
        name = re.findall(r"'(\w+)'", given)[-1]
        for nodes in (self.project.manifest["nodes"], self.project.manifest["sources"]):
            for node in nodes.values():
                if node["name"] == name and node["resource_type"] != "test":
                    return node["relation_name"]
        raise LookupError(given)

    def _write(
        self, schema: str, relation: str, rows: list[dict], columns: list[str] = ()
    ) -> None:
        here = RELATION.sub(rf'"units"."{schema}_\1"', relation)
        self.connection.execute(f"create schema if not exists {here.rsplit('.', 1)[0]}")
        cells = ", ".join(columns) or "*"
        self.connection.execute(
            f"create table {here} as select {cells} from {relation} limit 0"
        )
        for row in rows:
            marks = ", ".join("?" for _ in row)
            values = [None if value == "" else value for value in row.values()]
            self.connection.execute(
                f"insert into {here} ({', '.join(row)}) values ({marks})", values
            )
