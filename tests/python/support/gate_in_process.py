"""The gate of ``dbt build`` without dbt: its compiled SQL, delivery after delivery.

A build has compiled the models of the gate; each delivery is then read into a database
in memory, and the compiled models are run in their order, the suites in between.
"""

import csv
import json
import pickle
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import duckdb
import pandas
from building.earlier import lend_earlier
from building.log import write_rows
from dbt_builds import Build
from delivery.definitions import PROJECT, seed
from delivery.load import load_delivery, write_warnings
from delivery.preflight import inspect_delivery

from expectations.runner import typed_results
from expectations.tables import tables_to_judge
from expectations.worker import as_frames, declared_suites, evaluate

JUDGED = "model.neuf_warehouse.expectation_results"
PAGES = "model.neuf_warehouse.quality_pages"
VERDICT = "model.neuf_warehouse.verdict"


@dataclass(frozen=True)
class Judged:
    """What the gate found in one delivery."""

    refusals: list[str]
    messages: list[str]
    findings: set[tuple[str, str, int | None]]
    quarantined: set[tuple[str, str, int]]
    reconciled: bool
    values: dict[str, list[tuple]]
    evaluated: list[str]
    failures: list[str]


class Gate:
    """The compiled models of the gate, in their order."""

    rules = seed("gate_rules")

    def __init__(self, compiled: Build):
        manifest = json.loads(compiled.manifest.read_text())
        self._nodes = _ordered(manifest["nodes"])
        self._evaluated: dict[tuple[str, bytes], list[dict]] = {}

    def judged(self, delivery: Path, *, suites=None) -> Judged:
        """Run the gate on a delivery; a delivery that cannot be read raises."""
        with duckdb.connect() as connection:
            connection.execute("attach ':memory:' as warehouse; use warehouse")
            load_delivery(connection, inspect_delivery(delivery))
            write_warnings(connection, [])
            write_rows(connection, "delivery.build_log", [])
            lend_earlier(connection, delivery / "nothing_published", [])
            for node in self._nodes:
                connection.execute(f"create schema if not exists {node['schema']}")
                if node["resource_type"] == "seed":
                    _load_seed(connection, node)
                elif node["unique_id"] == JUDGED:
                    tables = as_frames(tables_to_judge(connection))
                    results = typed_results(
                        connection,
                        evaluate(tables, suites=suites)
                        if suites
                        else self._evaluate(tables),
                    )
                    connection.register("results", results)
                    connection.execute(
                        "create table quality.expectation_results as from results"
                    )
                else:
                    connection.execute(
                        f"create table {node['schema']}.{node['name']} as "
                        + node["compiled_code"]
                    )
            return _judged(connection)

    def _evaluate(self, tables: dict[str, pandas.DataFrame]) -> list[dict]:
        """As `evaluate`; a table that was evaluated as it is now is not once more."""
        results = []
        for name, expectations in declared_suites().items():
            content = sha256(pickle.dumps(tables.get(name))).digest()
            if (name, content) not in self._evaluated:
                self._evaluated[name, content] = evaluate(
                    {name: tables[name]} if name in tables else {},
                    suites={name: expectations},
                )
            results += self._evaluated[name, content]
        return results


def _judged(connection) -> Judged:
    def rows(query: str) -> list[tuple]:
        return connection.execute(query).fetchall()

    def texts(query: str) -> list[str]:
        return [text for (text,) in rows(query)]

    return Judged(
        refusals=texts("select message from quality.gate_failures where is_stop"),
        messages=texts("select message from quality.gate_failures"),
        findings=set(
            rows("select rule_id, table_name, file_line from quality.findings")
        ),
        quarantined=set(
            rows("select rule_id, table_name, file_line from quality.quarantine")
        ),
        reconciled=rows(
            "select bool_and(n_delivered = n_accepted + n_collapsed + n_quarantined) "
            "from quality.reconciliation"
        )
        == [(True,)],
        values={
            name: rows(
                "select * exclude (disposition) "
                f"from staging.stg_delivery__{name} where source_record "
                "not in (select source_record from quality.record_dispositions)"
            )
            for (name,) in rows(
                "select table_name from delivery.files where table_name <> 'manifest'"
            )
        },
        evaluated=texts(
            "select expectation_id from quality.expectation_results where is_evaluated"
        ),
        failures=texts("select distinct expectation_id from quality.gate_failures"),
    )


def _ordered(nodes: dict[str, dict]) -> list[dict]:
    """The gate's models and seeds, each after what it reads."""
    ordered: dict[str, dict] = {}

    def add(unique_id: str) -> None:
        node = nodes.get(unique_id)
        if node is None or unique_id in ordered:
            return
        for parent in node["depends_on"].get("nodes", []):
            add(parent)
        ordered[unique_id] = node

    add(VERDICT)
    return list(ordered.values())


def _load_seed(connection, node: dict) -> None:
    types = node["config"]["column_types"]
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    relation = f"{node['schema']}.{node['name']}"
    connection.execute(f"create table {relation} ({columns})")
    connection.register("rows", _seed_rows(node["original_file_path"], *types))
    connection.execute(f"insert into {relation} from rows")


@cache
def _seed_rows(path: str, *columns: str) -> pandas.DataFrame:
    with (PROJECT / path).open(newline="", encoding="utf-8") as file:
        rows = [[row[name] or None for name in columns] for row in csv.DictReader(file)]
    return pandas.DataFrame(rows, columns=columns, dtype=object)
