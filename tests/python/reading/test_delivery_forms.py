"""Where a delivery lies, and the form in which it is sent, change no mart."""

import math

import duckdb
import pytest
from building.apart import build_apart
from dbt_builds import DELIVERIES
from delivery_files import copied, renewed
from delivery_writers import WRITERS

SOURCE = DELIVERIES / "edges" / "delivery"
TABLES = sorted({path.stem for path in SOURCE.glob("*.csv")} - {"manifest"})
MARTS = """
    select table_name from duckdb_tables()
    where database_name = 'sent' and schema_name = 'marts'
        and table_name not in ('delivery_log', 'result_history')
    order by all
"""


def is_same(sent: object, other: object) -> bool:
    """Equal; doubles but for the order in which a sum was taken."""
    if isinstance(sent, float) and isinstance(other, float):
        return math.isclose(sent, other, rel_tol=1e-12, abs_tol=1e-12)
    return sent == other


@pytest.mark.proof
def test_every_mart_is_the_same_of_rows_in_another_order_in_a_lake(edges, tmp_path):
    """As Spark writes it: parts, in folders whose names look like columns."""
    place = tmp_path / "data_cutoff_date=2016-06-30" / "country=UK" / "a [delivery]*"
    delivery = copied(place, source=SOURCE)
    for table_name in TABLES:
        for form in ("shuffled", "spark"):
            WRITERS[form](delivery, table_name)
    warehouse, failed = build_apart(["*"], delivery=renewed(delivery), place=tmp_path)
    assert failed is None, failed
    with duckdb.connect() as connection:
        connection.execute(f"attach '{edges.warehouse}' as sent (read_only)")
        connection.execute(f"attach '{warehouse}' as other (read_only)")
        marts = connection.execute(MARTS).fetchall()
        assert len(marts) > 15
        for (mart,) in marts:
            rows = []
            for catalogue in ("sent", "other"):
                relation = connection.sql(f"from {catalogue}.marts.{mart}")
                # The order of rows decides the line on which each is, and nothing else.
                columns = [
                    name for name in relation.columns if not name.endswith("_record")
                ]
                rows.append(relation.select(*columns).order("all").fetchall())
            assert len(rows[0]) == len(rows[1]), mart
            for sent, other in zip(*rows, strict=True):
                assert all(map(is_same, sent, other)), (mart, sent, other)
