"""Renew ``n_rows`` and ``sha256`` in the manifest of a delivery.

Usage: ``python tests/deliveries/renew_manifest.py FOLDER``. Run it after a file
of a hand-made delivery was edited. Only the two figures change (an empty ``sha256``
stays empty): which tables are listed, the delivery's name and its dates stay as
they were, so that a fault planted there survives.
"""

import argparse
import csv
import gzip
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

SUFFIXES = (".csv", ".csv.gz", ".parquet")
# The longest field that the delivery contract lets pass.
csv.field_size_limit(2 * 1024 * 1024)


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """Open a CSV file of a delivery as text, unpacked if need be.

    Parameters
    ----------
    path : pathlib.Path
        A ``.csv`` or ``.csv.gz`` file.

    Yields
    ------
    typing.TextIO
        The file as UTF-8 text without a byte order mark, line ends untouched.
    """
    open_file = gzip.open if path.suffix == ".gz" else open
    with open_file(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield file


def n_rows(path: Path) -> int:
    """Count the data records of a file.

    Parameters
    ----------
    path : pathlib.Path
        A ``.csv``, ``.csv.gz`` or ``.parquet`` file.

    Returns
    -------
    int
        Records below the header; a quoted line break does not make two records.
    """
    if path.suffix == ".parquet":
        # Only Parquet needs an engine: CSV folders are renewed without one.
        import duckdb

        query = "select count(*) from read_parquet(?)"
        return duckdb.execute(query, [str(path)]).fetchone()[0]
    with opened(path) as file:
        return max(sum(1 for record in csv.reader(file) if record) - 1, 0)


def file_of(folder: Path, table_name: str) -> Path:
    """Find the one file of a table.

    Parameters
    ----------
    folder : pathlib.Path
        The delivery.
    table_name : str
        A table of the delivery contract.

    Returns
    -------
    pathlib.Path
        The table's file.

    Raises
    ------
    FileNotFoundError
        If the folder holds no file of the table, or more than one.
    """
    paths = [folder / f"{table_name}{suffix}" for suffix in SUFFIXES]
    found = [path for path in paths if path.is_file()]
    if len(found) != 1:
        message = f"{folder}: {len(found)} files of table {table_name}, expected 1"
        raise FileNotFoundError(message)
    return found[0]


def renew_manifest(folder: Path) -> int:
    """Rewrite the figures in the manifest of a delivery from its files.

    Parameters
    ----------
    folder : pathlib.Path
        A delivery whose manifest is ``manifest.csv``.

    Returns
    -------
    int
        Number of files listed.

    Raises
    ------
    FileNotFoundError
        If the manifest, or a file that it lists, is not there.
    """
    manifest = folder / "manifest.csv"
    with opened(manifest) as file:
        reader = csv.DictReader(file)
        columns, records = reader.fieldnames, list(reader)
    for record in records:
        path = file_of(folder, record["table_name"])
        record["n_rows"] = n_rows(path)
        if record["sha256"]:
            record["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    with open(manifest, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
    return len(records)


def main() -> int:
    """Renew the manifest of the folder named on the command line.

    Returns
    -------
    int
        Exit code: 0 renewed, 1 a file is missing or doubled.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    folder = parser.parse_args().folder
    try:
        print(f"{folder}: {renew_manifest(folder)} files renewed")
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
