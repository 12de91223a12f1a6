"""The same delivery anywhere, by any writer: the same values enter the warehouse."""

import os
from pathlib import Path

import duckdb
import pytest
from dbt_builds import DELIVERIES
from delivery.contract import delivery_contract
from delivery.load import load_delivery
from delivery.preflight import inspect_delivery
from delivery.reader_options import CSV_OPTIONS, PARQUET_OPTIONS, UNSET
from delivery_files import copied, edited, renewed
from delivery_writers import WRITERS, as_pandas

SOURCE = DELIVERIES / "edges" / "delivery"
TABLES = sorted({path.stem for path in SOURCE.glob("*.csv")} - {"manifest"})
FOLDERS = [
    "country=UK",
    "data_cutoff_date=2016-06-30",
    "patient_id=007",
    "table_name=patients/site_id=7",
    "a delivery",
    "a[1]b",
    "*",
    "**",
    "wh?t",
    "{a,b}",
    "it's",
    '"quoted"',
    "back\\slash[*",
    "100%",
    "~",
    "new\nline",
    "Łódź 患者 🩸",
    os.fsdecode(b"Fran\xe7ais"),
    "patients.csv.gz",
    "s3:/bucket",
    "/".join(["long" * 60] * 3),
]


def loaded(folder: Path) -> dict[str, list[tuple]]:
    """The records of every table but the manifest, in the order of their values."""
    with duckdb.connect() as connection:
        load_delivery(connection, inspect_delivery(folder))
        found = {}
        for name in TABLES:
            columns = [
                f"cast({column.name} as double) as {column.name}"
                if column.type == "number"
                else column.name
                for column in delivery_contract()[name].columns
            ]
            found[name] = connection.execute(
                f"select {', '.join(columns)} from delivery.{name} order by all"
            ).fetchall()
        return found


@pytest.fixture(scope="module")
def sent() -> dict[str, list[tuple]]:
    return loaded(SOURCE)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory) -> Path:
    """The delivery in every format, table by table."""
    folder = copied(tmp_path_factory.mktemp("mixed") / "delivery", source=SOURCE)
    for n, table_name in enumerate(TABLES):
        if n % 3:
            WRITERS[("gzip_name", "polars")[n % 3 - 1]](folder, table_name)
    return renewed(folder)


@pytest.mark.parametrize("name", FOLDERS, ids=lambda name: ascii(name)[1:20])
def test_the_name_of_a_folder_is_no_data(sent, mixed, tmp_path, name):
    folder = tmp_path / name
    copied(folder, source=mixed)
    # Where the name is taken for a pattern, this is read instead, or too.
    edited(
        copied(tmp_path / "a1b", source=SOURCE),
        "patients.csv",
        lambda text: text.replace("FR", "GB"),
    )
    assert loaded(folder) == sent


@pytest.mark.parametrize("writer", WRITERS)
def test_who_wrote_a_file_changes_no_value(sent, tmp_path, writer):
    folder = copied(tmp_path / "delivery", source=SOURCE)
    for table_name in TABLES:
        WRITERS[writer](folder, table_name)
    assert loaded(renewed(folder)) == sent


@pytest.mark.parametrize("format_name", ["CSV", "Csv.Gz", "PARQUET"])
def test_capitals_in_the_ending_of_a_name_are_no_other_format(
    sent, tmp_path, format_name
):
    writer = {"Csv.Gz": "gzip_plain", "PARQUET": "duckdb"}.get(format_name)
    folder = copied(tmp_path / "delivery", source=SOURCE)
    for table_name in TABLES:
        if writer:
            WRITERS[writer](folder, table_name)
        (path,) = folder.glob(f"{table_name}.*")
        path.rename(folder / f"{table_name}.{format_name}")
    assert loaded(renewed(folder)) == sent


def test_a_manifest_may_be_parquet_of_pandas(sent, tmp_path):
    folder = renewed(copied(tmp_path / "delivery", source=SOURCE))
    as_pandas(folder, "manifest")
    assert loaded(folder) == sent


def test_the_folder_of_temporary_files_is_no_data(sent, tmp_path, monkeypatch):
    place = tmp_path / "country=UK" / "a[1]b"
    place.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(place))
    folder = copied(tmp_path / "delivery", source=SOURCE)
    for table_name in TABLES:
        WRITERS["gzip_plain"](folder, table_name)
    assert loaded(renewed(folder)) == sent
    assert not list(place.iterdir())


def test_an_unpacked_copy_has_no_name(tmp_path):
    folder = copied(tmp_path / "delivery", source=SOURCE)
    WRITERS["gzip_plain"](folder, "patients")
    renewed(folder)
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        load_delivery(connection, inspect_delivery(folder))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["delivery", "w.duckdb"]


@pytest.mark.parametrize(
    ("reader", "options"),
    [("read_csv", CSV_OPTIONS), ("read_parquet", PARQUET_OPTIONS)],
)
def test_no_option_of_a_reader_is_left_to_its_default(reader, options):
    rows = duckdb.execute(
        "select unnest(parameters) from duckdb_functions() where function_name = ?",
        [reader],
    ).fetchall()
    unset = {name for names in UNSET.values() for name in names}
    assert {name for (name,) in rows} - options.keys() <= unset
    assert not set(CSV_OPTIONS) & set(PARQUET_OPTIONS) & unset
