"""What Spark built becomes the file that people read, in one step."""

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
from building.access import follow_access
from building.build import Build
from building.environment import memory_limit, n_kept
from building.journal import spill_folder, working_file
from building.lock import BuildRefused, take_lock
from building.log import STANDING, build_of_marts, read_log
from building.publishing import half_written
from building.quality_page import write_page
from delivery.definitions import PROJECT, seed_folders
from survival.progress import Progress

from lake.folder import Lake
from lake.verdict import read_verdict


@dataclass(frozen=True)
class Table:
    """A table of the published file, and the Parquet that it is made of."""

    schema: str
    name: str
    folder: Path
    description: str = ""

    @property
    def place(self) -> str:
        """Schema and name."""
        return f"{self.schema}.{self.name}"

    @property
    def rows(self) -> str:
        """Its rows, as DuckDB reads them."""
        quoted = str(self.folder).replace("'", "''")
        return f"from read_parquet('{quoted}/*.parquet')"


def publish_lake(lake: Lake, warehouse: Path) -> None:
    """Make the file that people read of what Spark built, and replace the old one.

    Parameters
    ----------
    lake : Lake
        A build that came to its end.
    warehouse : Path
        The published file.

    Raises
    ------
    BuildRefused
        Where there is no whole build in the folder, or it was compared with another
        file than the one that stands now.
    """
    verdict = read_verdict(lake)
    working = working_file(warehouse)
    follow_access(working.parent, warehouse)
    take_lock(working)
    tables = built_tables(lake)
    with duckdb.connect() as connection:
        _refuse_unfinished(connection, lake, tables)
        _refuse_other_standing(connection, lake, warehouse)
    for path in (working, working.with_name(working.name + ".wal")):
        path.unlink(missing_ok=True)
    half_written(warehouse).unlink(missing_ok=True)
    build = Build(
        warehouse=warehouse,
        working=working,
        is_whole=True,
        n_kept=n_kept(),
        row=verdict["build"],
    )
    with duckdb.connect(str(working), config=_config(working)) as connection:
        _copy(connection, [*tables, *delivered_tables(lake)])
        write_page(connection, lake.quality)
        build.publish(connection)


def built_tables(lake: Lake) -> list[Table]:
    """Every table that the build was to make, by its schema and name.

    Raises
    ------
    BuildRefused
        Where dbt built nothing in the folder.
    """
    manifest = lake.target / "manifest.json"
    if not manifest.exists():
        raise BuildRefused(
            f"{lake.place} holds no build: survival build makes one, or "
            f"LAKE={lake.place} dbt build --target spark"
        )
    nodes = json.loads(manifest.read_bytes())["nodes"].values()
    return [
        Table(schema, name, lake.built(schema, name), description)
        for schema, name, description in sorted(
            (node["schema"], node["alias"], node["description"])
            for node in nodes
            if node["resource_type"] in ("model", "seed", "snapshot")
            and node["config"]["materialized"] != "ephemeral"
        )
    ]


def delivered_tables(lake: Lake) -> list[Table]:
    """The delivery as it was sent, and what was read of it."""
    return [
        Table("delivery", folder.name.removeprefix("delivery."), folder)
        for folder in sorted(lake.delivery.glob("delivery.*"))
    ]


def _refuse_unfinished(
    connection: duckdb.DuckDBPyConnection, lake: Lake, tables: list[Table]
) -> None:
    """The last node is there, of a whole build, and counted what lies there."""
    places = {table.place: table for table in tables}
    last = places["publish.tables_built"]
    if not any(last.folder.glob("*.parquet")):
        raise BuildRefused(
            f"{lake.place}: its build did not come to its end: build it anew"
        )
    for table in tables:
        if not any(table.folder.glob("*.parquet")):
            raise BuildRefused(f"{lake.place}: {table.place} is missing")
    for name, n_rows, is_whole in connection.execute(
        f"select table_name, n_rows, is_whole {last.rows}"
    ).fetchall():
        if not is_whole:
            raise BuildRefused(f"{lake.place}: a partial build is not published")
        ((n_found,),) = connection.execute(
            f"select count(*) {places[name].rows}"
        ).fetchall()
        if n_found != n_rows:
            raise BuildRefused(
                f"{lake.place}: {name} has {n_found} rows, and was built with {n_rows}"
            )


def _refuse_other_standing(
    connection: duckdb.DuckDBPyConnection, lake: Lake, warehouse: Path
) -> None:
    """What the build compared itself with is what stands."""
    earlier = Table("earlier", "build", lake.delivery / "earlier.build")
    compared = [
        build_id
        for (build_id,) in connection.execute(
            f"select build_id {earlier.rows}"
        ).fetchall()
    ]
    study = seed_folders()[1].name
    log = [row for row in read_log(warehouse) if row["verdict"] in STANDING]
    standing = [build_of_marts(row) for row in log[-1:] if row["study"] == study]
    if compared != standing:
        raise BuildRefused(
            f"{warehouse} is not what {lake.place} compared itself with: another build "
            "was published since; check the delivery and build anew"
        )


def _copy(connection: duckdb.DuckDBPyConnection, tables: list[Table]) -> None:
    with Progress("publishing", total=len(tables)) as progress:
        for table in tables:
            progress.step(table.place)
            connection.execute(f"create schema if not exists {table.schema}")
            connection.execute(f"create table {table.place} as {table.rows}")
            if table.description:
                quoted = table.description.replace("'", "''")
                connection.execute(f"comment on table {table.place} is '{quoted}'")


def _config(working: Path) -> dict[str, str]:
    """How DuckDB writes, as the profile says of a build on DuckDB."""
    import yaml

    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    options = profile["neuf_warehouse"]["outputs"]["duckdb"]["config_options"]
    said = {"memory_limit": limit} if (limit := memory_limit()) else {}
    return (
        {name: str(value).lower() for name, value in options.items()}
        | said
        | {"temp_directory": str(spill_folder(working))}
    )
