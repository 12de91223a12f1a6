"""The derivation beside two readings of the protocol made without it.

The edges were worked by hand, patient by patient; the oracle is plain Python written
from the protocol's text. Neither shares a line with the SQL.
"""

import csv
from pathlib import Path

import oracle
import pytest
from dbt_builds import DELIVERIES
from mart_rows import KEYS, differences, mart_rows
from random_delivery import write_random_delivery

EDGES = DELIVERIES / "edges"

# The oracle tells how a patient left, not why in the words of the mart.
WORDED_OTHERWISE = {"exclusion_reason", "criterion"}


def as_written(value: object) -> str:
    """A cell as the hand-written files spell it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize(
    "mart", sorted(path.stem for path in (EDGES / "expected").glob("*.csv"))
)
def test_every_edge_ends_as_worked_by_hand(edges, mart):
    with (EDGES / "expected" / f"{mart}.csv").open(newline="") as file:
        expected = list(csv.DictReader(file))
    derived = [
        {name: as_written(value) for name, value in row.items()}
        for row in mart_rows(edges.warehouse, mart, list(expected[0]))
    ]
    assert differences(mart, expected, derived) == []


@pytest.mark.parametrize(
    ("seed", "faults"), [(11, False), (523, True)], ids=["clean", "with_faults"]
)
def test_random_patients_end_as_the_oracle_reads_the_protocol(
    built, tmp_path_factory, seed, faults
):
    delivery: Path = tmp_path_factory.mktemp("random") / "delivery"
    write_random_delivery(delivery, seed=seed, n_patients=1000, faults=faults)
    warehouse = built(delivery).warehouse
    expected = oracle.marts(delivery)
    found = []
    for mart in KEYS:
        columns = [name for name in expected[mart][0] if name not in WORDED_OTHERWISE]
        rows = [{name: row[name] for name in columns} for row in expected[mart]]
        found += differences(mart, rows, mart_rows(warehouse, mart, columns))
    assert found == []
