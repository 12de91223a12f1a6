"""The report as dbt knows it: `dbt ls --select +exposure:survival_report` is true."""

import json

import duckdb
from survival.cli import main

OPTIONS = ["--tests", "--with-patients"]


def test_the_exposure_names_every_table_that_the_report_reads(
    example, tmp_path, monkeypatch
):
    read = set()
    connect = duckdb.connect

    class Noted:
        """A connection that notes the tables of each query."""

        def __init__(self, connection):
            self.connection = connection

        def execute(self, query, *parameters):
            read.update(self.connection.get_table_names(query.replace("?", "null")))
            return self.connection.execute(query, *parameters)

        def __getattr__(self, name):
            return getattr(self.connection, name)

    monkeypatch.setattr(duckdb, "connect", lambda *a, **k: Noted(connect(*a, **k)))
    arguments = ["--warehouse", str(example.warehouse), "--output", str(tmp_path)]
    assert main(["report", *arguments, *OPTIONS]) == 0
    manifest = json.loads(example.manifest.read_text(encoding="utf-8"))
    exposure = manifest["exposures"]["exposure.neuf_warehouse.survival_report"]
    named = set()
    with connect(str(example.warehouse), read_only=True) as connection:
        for unique_id in exposure["depends_on"]["nodes"]:
            node = manifest["nodes"][unique_id]
            # A view stands for the tables that it is made of.
            named |= connection.get_table_names(
                f"from {node['schema']}.{node['alias']}"
            )
    assert read == named
