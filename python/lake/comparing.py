"""Two published files of one delivery, compared table by table and cell by cell.

Run as a module it compares what two engines made, and fails on any difference:
``python -m lake.comparing MANIFEST ONE OTHER``.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
from survival.progress import Progress

# Two sums of the same numbers in another order differ by this share of them at most.
TOLERANCE = 1e-9
# What tells of the build, and not of the delivery.
_OF_BUILD = {
    "delivery_log": {"build_id", "marts_hash", "versions", "started_at", "finished_at"},
    "result_history": {"build_id"},
    "build_log": {"build_id", "marts_hash", "versions", "started_at", "finished_at"},
}
# The last node on DuckDB alone.
_OF_ENGINE = {"published"}
_FLOATS = ("DOUBLE", "FLOAT")


def differences(manifest: Path, one: Path, other: Path) -> Iterator[str]:
    """What differs between two published files, in a line per table.

    Parameters
    ----------
    manifest : Path
        dbt's, of either build: it says which tables there must be.
    one, other : Path
        Published files.

    Yields
    ------
    str
        Of each table that is missing, has other columns or rows, or another cell;
        floats differ past a relative `TOLERANCE`.
    """
    wanted = sorted(_tables(manifest))
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            quoted = str(path).replace("'", "''")
            connection.execute(f"attach '{quoted}' as {name} (read_only)")
        with Progress("comparing", total=len(wanted)) as progress:
            for schema, table in wanted:
                progress.step(f"{schema}.{table}")
                if found := _difference(connection, schema, table):
                    yield f"{schema}.{table}: {found}"


def _tables(manifest: Path) -> set[tuple[str, str]]:
    held = json.loads(manifest.read_bytes())
    models = {
        (node["schema"], node["alias"])
        for node in held["nodes"].values()
        if node["resource_type"] in ("model", "seed", "snapshot")
        and node["config"]["materialized"] != "ephemeral"
        and node["name"] not in _OF_ENGINE
    }
    sources = {
        (source["schema"], source["identifier"])
        for source in held["sources"].values()
        if source["schema"] == "delivery" and source["identifier"] != "build_scope"
    }
    return models | sources


def _columns(
    connection: duckdb.DuckDBPyConnection, name: str, schema: str, table: str
) -> dict[str, str]:
    return dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() where "
            "database_name = ? and schema_name = ? and table_name = ?",
            [name, schema, table],
        ).fetchall()
    )


def _difference(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str
) -> str | None:
    """Rows are paired in the order of their cells, floats last."""
    ours, theirs = (_columns(connection, n, schema, table) for n in ("one", "other"))
    if not ours or not theirs:
        return "missing in " + ("both" if not ours and not theirs else "one of them")
    if ours != theirs:
        return f"columns {sorted(ours.items() ^ theirs.items())}"
    counts = {
        connection.execute(f"select count(*) from {n}.{schema}.{table}").fetchall()[0]
        for n in ("one", "other")
    }
    if len(counts) > 1:
        return f"rows {sorted(counts)}"
    columns = [name for name in ours if name not in _OF_BUILD.get(table, ())]
    floats = [name for name in columns if ours[name] in _FLOATS]
    exact = [name for name in columns if name not in floats]
    ordered = ", ".join(f"{name} nulls last" for name in (*exact, *floats))
    pairs = " inner join ".join(
        f"(select *, row_number() over (order by {ordered}) as place "
        f"from {n}.{schema}.{table}) as {n}"
        for n in ("one", "other")
    )
    unequal = [
        *(f"one.{name} is distinct from other.{name}" for name in exact),
        *(
            f"one.{name} is distinct from other.{name} and coalesce("
            f"abs(one.{name} - other.{name}) > {TOLERANCE} * "
            f"greatest(abs(one.{name}), abs(other.{name})), true)"
            for name in floats
        ),
    ]
    counted = ", ".join(f"count(*) filter ({condition})" for condition in unequal)
    row = connection.execute(
        f"select {counted} from {pairs} on one.place = other.place"
    ).fetchall()[0]
    found = [
        f"{name} in {n_cells}"
        for name, n_cells in zip((*exact, *floats), row, strict=True)
        if n_cells
    ]
    return f"cells differ: {', '.join(found)}" if found else None


def main(arguments: list[str]) -> int:
    """Print what differs; 1 where anything does."""
    manifest, one, other = map(Path, arguments)
    n_tables = len(_tables(manifest))
    found = list(differences(manifest, one, other))
    print("\n".join([*found, f"{n_tables} tables compared, {len(found)} differ"]))
    return 1 if found or not n_tables else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
