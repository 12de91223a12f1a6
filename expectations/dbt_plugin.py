"""The dbt-duckdb plugin: reads a delivery into schema ``delivery`` before a build."""

import os
from pathlib import Path

import yaml
from dbt.adapters.duckdb.plugins import BasePlugin

ROOT = Path(__file__).resolve().parent.parent


def contract():
    path = ROOT / "models/staging/_delivery__sources.yml"
    return yaml.safe_load(path.read_text())["sources"][0]["tables"]


class Plugin(BasePlugin):
    """Register the 16 tables of one delivery as text tables with their line numbers."""

    def initialize(self, plugin_config):
        Path(self.creds.path).parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn):
        folder = Path(os.environ.get("DELIVERY_DIR", ROOT / "dbt_project/deliveries/example"))
        conn.execute("create schema if not exists delivery")
        conn.execute(
            "create or replace table delivery.malformed_records "
            "(table_name varchar, file_line bigint, n_fields bigint, raw_text varchar)"
        )
        for table in contract():
            names = [c["name"] for c in table["columns"]]
            path = folder / f"{table['name']}.csv"
            if path.exists():
                columns = ", ".join(f"'{n}': 'varchar'" for n in names)
                query = (
                    f"select *, row_number() over () + 1 as file_line from read_csv('{path}', "
                    f"header = true, delim = ',', quote = '\"', escape = '\"', "
                    f"auto_detect = false, columns = {{{columns}}})"
                )
            else:
                nulls = ", ".join(f"cast(null as varchar) as {n}" for n in names)
                query = f"select {nulls}, cast(null as bigint) as file_line where false"
            conn.execute(f"create or replace table delivery.{table['name']} as {query}")
