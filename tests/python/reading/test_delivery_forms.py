"""The form in which a delivery is sent changes no mart."""

import math

import duckdb
import pytest
from dbt_builds import DELIVERIES
from delivery.contract import delivery_contract
from delivery_files import as_gzip, as_parquet, copied, renewed

TABLES = sorted(set(delivery_contract()) - {"manifest"})


def is_same(sent: object, other: object) -> bool:
    """Equal; doubles but for the order in which a sum was taken."""
    if isinstance(sent, float) and isinstance(other, float):
        return math.isclose(sent, other, rel_tol=1e-12, abs_tol=1e-12)
    return sent == other


@pytest.mark.parametrize("form", [as_gzip, as_parquet], ids=["csv_gz", "parquet"])
def test_every_mart_is_the_same(built, edges, tmp_path_factory, form):
    source = DELIVERIES / "edges" / "delivery"
    delivery = copied(tmp_path_factory.mktemp("form") / "delivery", source=source)
    for table_name in TABLES:
        form(delivery, table_name)
    warehouse = built(renewed(delivery)).warehouse
    with duckdb.connect() as connection:
        connection.execute(f"attach '{edges.warehouse}' as sent (read_only)")
        connection.execute(f"attach '{warehouse}' as other (read_only)")
        marts = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'sent' "
            "and schema_name = 'marts' and table_name <> 'delivery_log' order by all"
        ).fetchall()
        assert len(marts) > 15
        for (mart,) in marts:
            rows = [
                connection.execute(
                    f"select * from {catalogue}.marts.{mart} order by all"
                ).fetchall()
                for catalogue in ("sent", "other")
            ]
            assert len(rows[0]) == len(rows[1]), mart
            for sent, other in zip(*rows, strict=True):
                assert [is_same(*pair) for pair in zip(sent, other, strict=True)] == [
                    True
                ] * len(sent), (mart, sent, other)
