"""Deliveries to try the gate on: copies of the example, edited and listed anew."""

import csv
import gzip
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
from delivery.contract import delivery_contract
from delivery.csv_file import read_records
from delivery.definitions import PROJECT

EXAMPLE = PROJECT / "dbt_project" / "deliveries" / "example"


def copied(target: Path, *, source: Path = EXAMPLE) -> Path:
    """A copy of a delivery, to be edited."""
    shutil.copytree(source, target)
    for path in target.iterdir():
        path.chmod(0o644)
    return target


def read_rows(path: Path) -> list[dict[str, str]]:
    """The records of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def edited(folder: Path, file_name: str, edit: Callable[[str], str]) -> Path:
    """The folder, with one of its files edited as text and the manifest renewed."""
    path = folder / file_name
    path.write_bytes(edit(path.read_bytes().decode()).encode())
    return renewed(folder)


def renewed(folder: Path) -> Path:
    """The folder, with its manifest's n_rows and sha256 as its files are now."""
    manifest = folder / "manifest.csv"
    rows = read_rows(manifest)
    for row in rows:
        (path,) = folder.glob(f"{row['table_name']}.*")
        row["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        if path.suffix.lower() != ".parquet":
            records = sum(bool(record.fields) for record in read_records(path))
            row["n_rows"] = str(records - 1)
    with manifest.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return folder


def as_gzip(folder: Path, table_name: str) -> None:
    """Pack one file of a delivery."""
    path = folder / f"{table_name}.csv"
    with gzip.open(f"{path}.gz", "wb") as packed:
        packed.write(path.read_bytes())
    path.unlink()


def as_parquet(folder: Path, table_name: str, **types: str) -> None:
    """Turn one CSV file of a delivery into Parquet with the contract's own types."""
    path = folder / f"{table_name}.csv"
    own = {"date": "date", "integer": "integer", "number": "double"}
    with path.open(newline="", encoding="utf-8") as file:
        header = next(csv.reader(file))
    columns = ", ".join(
        f"cast({column.name} as "
        f"{types.get(column.name, own.get(column.type, 'varchar'))}) as {column.name}"
        for column in delivery_contract()[table_name].delivered_as(header).columns
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select {columns} from read_csv(?, header = true, "
            "all_varchar = true, delim = ',')) "
            f"to '{folder}/{table_name}.parquet' (format parquet)",
            [str(path)],
        )
    path.unlink()
