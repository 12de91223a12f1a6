"""What SQL has no function for, lent to DuckDB from Python."""

import duckdb
from survival.proportions import exact_lower_limit


def lend_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make Python's functions known to a connection that does not know them yet.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    """
    # dbt opens a refused connection once more, and DuckDB lends a name once.
    known = connection.execute(
        "select count(*) from duckdb_functions() "
        "where function_name = 'exact_lower_limit'"
    ).fetchall()
    if known == [(0,)]:
        connection.create_function(
            "exact_lower_limit", exact_lower_limit, ["BIGINT", "BIGINT"], "DOUBLE"
        )
