"""The tables that the gate judges, column by column."""

import duckdb
import numpy
from delivery.blanks import BLANKS
from delivery.contract import Table, delivery_contract

WHOLE_TABLE_LIMIT = 50_000
"""Records up to which a table's accepted records are judged whole, one by one; a larger
one is judged by the counts of its rules alone, which grow with its files and rules."""

# Arrays, masked where a cell is NULL: pandas is imported by the other process alone.
Columns = dict[str, numpy.ndarray]


def tables_to_judge(connection: duckdb.DuckDBPyConnection) -> dict[str, Columns]:
    """The accepted records of each table that is not too large, and the counts."""
    tables = {}
    for name, table in delivery_contract().items():
        if name == "manifest":
            continue
        ((n_records,),) = connection.execute(
            f"select count(*) from delivery.{name}"
        ).fetchall()
        if n_records <= WHOLE_TABLE_LIMIT:
            tables[name] = _accepted(connection, table)
    tables["rule_counts"] = connection.execute(
        "select table_name, rule_id, n_records from quality.rule_counts"
    ).fetchnumpy()
    tables["reconciliation"] = connection.execute(
        "select table_name, percent_quarantined from quality.reconciliation"
    ).fetchnumpy()
    return tables


def _accepted(connection: duckdb.DuckDBPyConnection, table: Table) -> Columns:
    """Trusted records as their text, numbers as numbers."""
    columns = ", ".join(
        f"try_cast(trim({column.name}, '{BLANKS}') as double) as {column.name}"
        if column.type in ("integer", "number")
        else f"nullif(trim({column.name}, '{BLANKS}'), '') as {column.name}"
        for column in table.columns
    )
    return connection.execute(
        f"select {columns} from delivery.{table.name} "
        f"where '{table.name}:' || file_line not in "
        "(select source_record from quality.record_dispositions)"
    ).fetchnumpy()
