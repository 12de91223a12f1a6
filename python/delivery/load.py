"""A delivery, once it passed the pre-flight, as text tables in schema ``delivery``."""

from contextlib import suppress
from pathlib import Path

import duckdb

from delivery.blanks import BLANKS
from delivery.contract import Table, delivery_contract
from delivery.csv_file import CsvRecord, read_records, unpacked
from delivery.faults import DeliveryRefused, Fault, UnreadableFile
from delivery.files import DeliveredFile, Delivery
from delivery.parquet_file import text_query, unreadable_text
from delivery.reader_options import read_csv

_BATCH = 20_000


def load_delivery(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """Replace schema ``delivery`` by one delivery: its tables and what was read.

    Every value is text, an empty one NULL; ``file_line`` is the line on which a record
    begins. Records with too many or too few fields go to ``malformed_records``; a
    table that was not delivered is empty.
    """
    connection.execute("begin")
    try:
        create_tables(connection)
        for file in delivery.files:
            try:
                load_file(connection, file)
            except (UnreadableFile, duckdb.Error) as error:
                if _is_of_writing(error):
                    raise
                fault = Fault(*_reason(error, file))
                raise DeliveryRefused(str(delivery.folder), [fault]) from error
        connection.execute("commit")
    except BaseException:
        # A commit that failed has ended the transaction.
        with suppress(duckdb.TransactionException):
            connection.execute("rollback")
        raise


def _is_of_writing(error: Exception) -> bool:
    """Whether it is the database that cannot be written, and no file's fault."""
    words = ("could not write", "no space left", "file too large", "out of memory")
    return isinstance(error, duckdb.Error) and any(
        word in str(error).lower() for word in words
    )


def _reason(
    error: UnreadableFile | duckdb.Error, file: DeliveredFile
) -> tuple[str, str, str]:
    if isinstance(error, UnreadableFile):
        return error.rule_id, file.path.name, error.message
    # DuckDB's own words may hold a value.
    return (
        "unreadable",
        file.path.name,
        "cannot be read to its end: it is damaged, or its text is not UTF-8 "
        f"({type(error).__name__}); write it anew, and send it again",
    )


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of schema ``delivery``, empty."""
    connection.execute("create schema if not exists delivery")
    for table in delivery_contract().values():
        columns = ", ".join(f"{name} varchar" for name in table.column_names)
        connection.execute(
            f"create or replace table delivery.{table.name} "
            f"({columns}, file_line bigint)"
        )
    connection.execute(
        "create or replace table delivery.malformed_records "
        "(table_name varchar, file_line bigint, n_fields bigint, raw_text varchar)"
    )
    connection.execute(
        "create or replace table delivery.malformed_patients "
        "(table_name varchar, file_line bigint, patient_id varchar)"
    )
    connection.execute(
        "create or replace table delivery.files (table_name varchar, "
        "file_name varchar, file_format varchar, n_bytes bigint, sha256 varchar, "
        "n_records bigint, n_malformed bigint, n_blank_lines bigint)"
    )


def write_warnings(
    connection: duckdb.DuckDBPyConnection, warnings: list[tuple[str, str, str, str]]
) -> None:
    """Keep what the delivery as a whole is warned of: rule, column, value, related."""
    connection.execute(
        "create or replace table delivery.warnings (rule_id varchar, "
        "column_name varchar, value_text varchar, related_value varchar)"
    )
    if warnings:
        connection.executemany(
            "insert into delivery.warnings values (?, ?, ?, ?)", warnings
        )


def load_file(connection: duckdb.DuckDBPyConnection, file: DeliveredFile) -> None:
    """Add one delivered file to its table, and what was read to ``files``."""
    # An optional column that the file lacks stays empty.
    table = delivery_contract()[file.table_name].delivered_as(file.header)
    if file.file_format == "parquet":
        with file.path.open("rb") as opened:
            connection.execute(
                f"insert into delivery.{table.name} by name {text_query(opened, table)}"
            )
        if fault := unreadable_text(connection, table):
            raise fault
        n_malformed = 0
    elif file.is_plain:
        _load_plain(connection, file, table)
        n_malformed = 0
    else:
        n_malformed = _load_records(connection, file, table)
    ((n_loaded,),) = connection.execute(
        f"select count(*) from delivery.{table.name}"
    ).fetchall()
    if n_loaded + n_malformed != file.n_records:
        raise UnreadableFile(
            "unreadable",
            f"changed while it was read: {n_loaded + n_malformed} records loaded, "
            f"{file.n_records} found",
        )
    connection.execute(
        "insert into delivery.files values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            file.table_name,
            file.path.name,
            file.file_format,
            file.n_bytes,
            file.sha256,
            file.n_records,
            n_malformed,
            file.n_blank_lines,
        ],
    )


def _load_plain(
    connection: duckdb.DuckDBPyConnection, file: DeliveredFile, table: Table
) -> None:
    # The header's names are those of the contract, in the order of the file.
    with unpacked(file.path, _place(connection)) as plain:
        connection.execute(
            f"insert into delivery.{table.name} by name "
            f"select {', '.join(table.column_names)}, "
            "row_number() over () + 1 as file_line "
            f"from {read_csv(plain, names=file.header)}"
        )


def _place(connection: duckdb.DuckDBPyConnection) -> Path | None:
    """The folder of the database, if it is a file: as private as what it will hold."""
    ((path,),) = connection.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchall()
    return Path(path).parent if path else None


def _load_records(
    connection: duckdb.DuckDBPyConnection, file: DeliveredFile, table: Table
) -> int:
    """Read a file record by record; return how many have not their header's fields."""
    # Most deliveries are plain, and read sooner than this is imported.
    import pandas

    batch: list[list[str | int | None]] = []
    malformed: list[tuple[str, int, int, str]] = []
    patients: list[tuple[str, int, str]] = []

    def flush() -> None:
        if not batch:
            return
        names = [*file.header, "file_line"]
        types = dict.fromkeys(file.header, "string") | {"file_line": "int64"}
        frame = pandas.DataFrame(batch, columns=names, dtype=object).astype(types)
        connection.register("delivered_batch", frame)
        columns = ", ".join(table.column_names)
        connection.execute(
            f"insert into delivery.{table.name} by name "
            f"select {columns}, file_line from delivered_batch"
        )
        connection.unregister("delivered_batch")
        batch.clear()

    records = read_records(file.path)
    next(records)
    for record in records:
        if len(record.fields) == len(file.header):
            batch.append(
                [*(field or None for field in record.fields), record.file_line]
            )
        elif record.fields:
            malformed.append(
                (table.name, record.file_line, len(record.fields), record.raw_text)
            )
            patients.extend(
                (table.name, record.file_line, patient_id)
                for patient_id in _possible_patients(record, file.header)
            )
        if len(batch) >= _BATCH:
            flush()
    flush()
    if malformed:
        connection.executemany(
            "insert into delivery.malformed_records values (?, ?, ?, ?)", malformed
        )
    if patients:
        connection.executemany(
            "insert into delivery.malformed_patients values (?, ?, ?)", patients
        )
    return len(malformed)


def _possible_patients(record: CsvRecord, header: tuple[str, ...]) -> list[str]:
    """Whose record a malformed one may be.

    A stray quote swallows whole lines, so each of its lines is asked for the field
    where the header has the patient.
    """
    if "patient_id" not in header:
        return []
    position = header.index("patient_id")
    lines = (line.split(",") for line in record.raw_text.splitlines())
    found = {
        line[position].strip(BLANKS + '"') for line in lines if len(line) > position
    }
    return sorted(found - {""})
