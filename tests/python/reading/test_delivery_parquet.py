"""Parquet is taken where nothing can be lost, and refused with its cure elsewhere."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import duckdb
import pandas
import pyarrow
import pytest
from delivery.contract import delivery_contract
from delivery.faults import DeliveryRefused
from delivery.load import load_delivery
from delivery.parquet_file import lossy_columns, text_query
from delivery.preflight import inspect_delivery
from delivery_files import copied, renewed
from pyarrow import parquet

TABLE = delivery_contract()["therapy_lines"]
PLAIN = {
    "patient_id": ["007", "008", "009"],
    "line_number": ["0", "1", None],
    "line_type": ["frontline", "salvage", "salvage"],
    "start_date": ["2016", "2016-03", "2016-03-04"],
    "end_date": ["2016-05-01", None, None],
    "best_response": ["cr", None, None],
    "response_date": [None, None, None],
}
NAN = float("nan")
MIDNIGHTS = [datetime(2016, 5, 1), None, datetime(9999, 12, 31)]


@pytest.fixture
def delivered(tmp_path: Path):
    """Write therapy lines with another array in one column, and open the file."""

    def write(name: str, array: pyarrow.Array, **options):
        table = pyarrow.table({**PLAIN, name: array})
        parquet.write_table(table, tmp_path / "t.parquet", **options)
        return (tmp_path / "t.parquet").open("rb")

    return write


LOSSLESS = {
    "no_value_and_no_type": ("best_response", pyarrow.nulls(3), [None] * 3),
    "no_value_of_a_boolean": (
        "best_response",
        pyarrow.nulls(3, pyarrow.bool_()),
        [None] * 3,
    ),
    "no_value_but_nan": ("end_date", pyarrow.array([NAN, None, NAN]), [None] * 3),
    "whole_doubles": (
        "line_number",
        pyarrow.array([0.0, None, 12.0]),
        ["0", None, "12"],
    ),
    "whole_floats": (
        "line_number",
        pyarrow.array([-0.0, None, 12.0], pyarrow.float32()),
        ["0", None, "12"],
    ),
    "whole_decimals": (
        "line_number",
        pyarrow.array([Decimal("0.00"), None, Decimal("12.00")]),
        ["0", None, "12"],
    ),
    "small_integers": (
        "line_number",
        pyarrow.array([0, None, 255], pyarrow.uint8()),
        ["0", None, "255"],
    ),
    **{
        f"midnights_in_{unit}": (
            "end_date",
            pyarrow.array([*MIDNIGHTS[:2], None], pyarrow.timestamp(unit)),
            ["2016-05-01", None, None],
        )
        for unit in ("s", "ms", "us", "ns")
    },
    "midnight_of_the_last_day": (
        "end_date",
        pyarrow.array(MIDNIGHTS, pyarrow.timestamp("us")),
        ["2016-05-01", None, "9999-12-31"],
    ),
    "dates_in_milliseconds": (
        "end_date",
        pyarrow.array([date(2016, 5, 1), None, None], pyarrow.date64()),
        ["2016-05-01", None, None],
    ),
    "text_not_marked_as_text": (
        "patient_id",
        pyarrow.array([b"007", "Ł".encode(), None]),
        ["007", "Ł", None],
    ),
}


@pytest.mark.parametrize("kind", LOSSLESS)
def test_what_loses_nothing_is_taken(delivered, kind):
    name, array, expected = LOSSLESS[kind]
    with delivered(name, array) as file:
        assert lossy_columns(file, TABLE) == []
        rows = duckdb.sql(text_query(file, TABLE)).select(name).fetchall()
    assert [value for (value,) in rows] == expected


def test_int96_timestamps_are_whole_days_too(delivered):
    array = pyarrow.array(MIDNIGHTS, pyarrow.timestamp("us"))
    with delivered("end_date", array, use_deprecated_int96_timestamps=True) as file:
        rows = duckdb.sql(text_query(file, TABLE)).select("end_date").fetchall()
    assert rows == [("2016-05-01",), (None,), ("9999-12-31",)]


def day(values: list, unit: str, zone: str | None = None) -> pyarrow.Array:
    """An array of timestamps."""
    return pyarrow.array(values, pyarrow.timestamp(unit, tz=zone))


NOON = datetime(2016, 5, 1, 12)
# What is delivered, and what both cures make of it.
LOSSY = {
    "a_half": ("line_number", pyarrow.array([0.5, None, 2.0]), ["0.5", None, "2"]),
    "nan_among_numbers": (
        "line_number",
        pyarrow.array([0.0, NAN, 2.0]),
        ["0", None, "2"],
    ),
    "too_large": ("line_number", pyarrow.array([1e20, None, 2.0]), None),
    "infinite": ("line_number", pyarrow.array([float("inf"), None, 2.0]), None),
    "time_of_day": (
        "end_date",
        day([NOON, None, None], "us"),
        ["2016-05-01", None, None],
    ),
    "a_nanosecond_past": ("end_date", day([1462060800 * 10**9 + 1] * 3, "ns"), None),
    "time_zone": (
        "end_date",
        day([datetime(2016, 5, 1, tzinfo=UTC), None, None], "us", "UTC"),
        ["2016-05-01", None, None],
    ),
    "numbers_for_names": ("patient_id", pyarrow.array([7, 8, 9]), ["7", "8", "9"]),
    "doubles_for_names": (
        "patient_id",
        pyarrow.array([7.0, 8.0, None]),
        ["7", "8", None],
    ),
    "yes_or_no": (
        "best_response",
        pyarrow.array([True, False, None]),
        ["yes", "no", None],
    ),
}


@pytest.mark.parametrize("kind", LOSSY)
def test_what_loses_something_is_refused_with_its_cure(delivered, kind):
    name, array, mended = LOSSY[kind]
    with delivered(name, array) as file:
        (reason,) = lossy_columns(file, TABLE)
        assert reason.startswith(f"column {name} is ")
        assert f"; in R: df${name} <- " in reason
        cure = reason.partition("in pandas: ")[2].partition("; in R: ")[0]
        frame = pandas.read_parquet(BytesIO(file.read()))
    exec(cure, {"df": frame, "pd": pandas})
    if mended is not None:
        values = frame[name].astype(object)
        assert values.where(values.notna(), None).tolist() == mended


def test_numbers_that_may_count_days_are_refused_with_that_cure(tmp_path):
    folder = copied(tmp_path / "delivery")
    table = pyarrow.table(
        {
            "patient_id": ["a"],
            "assessment_date": [17_000],
            "blast_percent": [1.5],
        }
    )
    parquet.write_table(table, folder / "marrow_assessments.parquet")
    (folder / "marrow_assessments.csv").unlink()
    with pytest.raises(DeliveryRefused) as refused:
        inspect_delivery(renewed(folder))
    (line,) = (x for x in str(refused.value).splitlines() if "assessment_date" in x)
    cure = line.partition("in pandas: ")[2].partition("; in R: ")[0]
    frame = table.to_pandas()
    exec(cure, {"df": frame, "pd": pandas})
    assert frame["assessment_date"].tolist() == ["2016-07-18"]


def test_an_empty_table_of_pandas_is_taken(tmp_path):
    folder = copied(tmp_path / "delivery")
    columns = delivery_contract()["lymphocyte_infusions"].column_names
    pandas.DataFrame(columns=list(columns)).to_parquet(
        folder / "lymphocyte_infusions.parquet"
    )
    (folder / "lymphocyte_infusions.csv").unlink()
    manifest = folder / "manifest.csv"
    lines = manifest.read_text().splitlines()
    manifest.write_text(
        "\n".join(
            ",".join([*line.split(",")[:4], "0", ""])
            if line.startswith("lymphocyte_infusions,")
            else line
            for line in lines
        )
    )
    with duckdb.connect() as connection:
        load_delivery(connection, inspect_delivery(folder))
        assert connection.execute("from delivery.lymphocyte_infusions").fetchall() == []


def test_text_that_is_not_utf8_is_refused_without_its_value(tmp_path):
    folder = copied(tmp_path / "delivery")
    array = pyarrow.array([b"M\xfcller", b"b", b"c"])
    table = pyarrow.table({**PLAIN, "patient_id": array})
    parquet.write_table(table, folder / "therapy_lines.parquet")
    (folder / "therapy_lines.csv").unlink()
    manifest = folder / "manifest.csv"
    lines = manifest.read_text().splitlines()
    manifest.write_text(
        "\n".join(
            ",".join([*line.split(",")[:4], "3", ""])
            if line.startswith("therapy_lines,")
            else line
            for line in lines
        )
    )
    with duckdb.connect() as connection, pytest.raises(DeliveryRefused) as refused:
        load_delivery(connection, inspect_delivery(folder))
    assert str(refused.value).startswith("therapy_lines.parquet: cannot be read")
    assert "ller" not in str(refused.value)
