"""Each fault that stops a delivery does so in one line that names it."""

import gzip
import os
from pathlib import Path

import duckdb
import pytest
from delivery.faults import DeliveryRefused
from delivery.identifiers import looks_like_direct_identifier
from delivery.preflight import inspect_delivery
from delivery_files import as_gzip, as_parquet, copied, edited, renewed

PATIENTS = "patient_id, site_id, country, sex, birth_date, consent, record_available"


def unlink(name):
    return lambda folder: (folder / name).unlink()


def edit(name, change):
    return lambda folder: edited(folder, name, change)


def header(name, old, new):
    return edit(name, lambda text: text.replace(old, new, 1))


def unlisted(table):
    """Neither the file nor its line in the manifest came."""

    def apply(folder: Path) -> None:
        (folder / f"{table}.csv").unlink()
        manifest = folder / "manifest.csv"
        lines = manifest.read_text().splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(f"{table},")]
        manifest.write_text("".join(kept))

    return apply


def with_bytes(name, change):
    """An edit of bytes, of which the manifest is told."""

    def apply(folder: Path) -> None:
        path = folder / name
        path.write_bytes(change(path.read_bytes()))

    return apply


def last_line_cut(folder: Path) -> None:
    path = folder / "relapses.csv"
    path.write_bytes(path.read_bytes()[:-7])


def last_record_lost(folder: Path) -> None:
    path = folder / "relapses.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def gzipped(change):
    """A packed table whose bytes were changed in the transfer."""

    def apply(folder: Path) -> None:
        as_gzip(folder, "relapses")
        path = folder / "relapses.csv.gz"
        path.write_bytes(change(path.read_bytes()))

    return apply


def typed(table_name, **types):
    return lambda folder: as_parquet(folder, table_name, **types)


def linked_out(folder: Path) -> None:
    target = folder.parent / "relapses.csv"
    (folder / "relapses.csv").rename(target)
    (folder / "relapses.csv").symlink_to(target)


def folder_of_its_name(folder: Path) -> None:
    (folder / "relapses.csv").unlink()
    (folder / "relapses.csv").mkdir()


FAULTS = {
    "file_missing": (
        unlink("follow_up.csv"),
        "follow_up.csv: required file is missing; expected follow_up.csv, "
        "follow_up.csv.gz or follow_up.parquet",
    ),
    "file_missing_and_unlisted": (
        unlisted("follow_up"),
        "follow_up.csv: required file is missing; expected follow_up.csv, ",
    ),
    "manifest_missing": (
        unlink("manifest.csv"),
        "manifest.csv: required file is missing; expected manifest.csv, "
        "manifest.csv.gz or manifest.parquet",
    ),
    "listed_but_absent": (
        unlink("relapses.csv"),
        "manifest.csv: lists relapses, of which there is no file",
    ),
    "column_missing": (
        edit("patients.csv", lambda text: "\n".join(
            ",".join(line.split(",")[:-1]) for line in text.splitlines())),
        f"patients.csv: column record_available is missing; expected {PATIENTS}",
    ),
    "column_unknown": (
        edit("relapses.csv", lambda text: "\n".join(
            line + ("," if n else ",remark")
            for n, line in enumerate(text.splitlines()))),
        'relapses.csv: column "remark" is not in the contract; expected patient_id, '
        "relapse_date, relapse_type",
    ),
    "column_doubled": (
        edit("relapses.csv", lambda text: "\n".join(
            line + "," + line.split(",")[0] for line in text.splitlines())),
        "relapses.csv: column patient_id stands there 2 times",
    ),
    "direct_identifier": (
        edit("relapses.csv", lambda text: "\n".join(
            line + (",Jane Doe" if n else ",patient_name")
            for n, line in enumerate(text.splitlines()))),
        'relapses.csv: column "patient_name" looks like a direct identifier: such data '
        "must not enter the warehouse; delete the column and deliver again",
    ),
    "no_header": (
        edit("patients.csv", lambda text: text.split("\n", 1)[1]),
        f"patients.csv: has no header of this table on line 1; expected {PATIENTS}",
    ),
    "title_above_the_header": (
        edit("patients.csv", lambda text: "Patients of site 7\n" + text),
        "patients.csv: has its header on line 2; delete line 1; expected patient_id",
    ),
    "capital_header": (
        edit("patients.csv", lambda text: text.split("\n", 1)[0].upper().replace(
            "_", " ") + "\n" + text.split("\n", 1)[1]),
        "patients.csv: has 7 names in capitals, or with blanks or marks in them; write "
        f"them as {PATIENTS}",
    ),
    "capital_column": (
        header("patients.csv", "site_id", "Site-ID"),
        'patients.csv: column "Site-ID" is not in the contract; did you mean site_id?',
    ),
    "trailing_empty_columns": (
        edit("relapses.csv", lambda text: text.replace("\n", ",,\n")),
        "relapses.csv: has 2 columns without a name at its end, as a spreadsheet "
        "leaves them; delete them and deliver again",
    ),
    "empty_file": (
        with_bytes("patients.csv", lambda _: b""),
        f"patients.csv: is empty, without a header; expected {PATIENTS}",
    ),
    "semicolons": (
        edit("patients.csv", lambda text: text.replace(",", ";")),
        f"patients.csv: is not separated by commas; expected {PATIENTS}",
    ),
    "latin_1": (
        with_bytes("patients.csv", lambda data: data.replace(b",FR,", b",\xc9,", 1)),
        "patients.csv: is not UTF-8 (on line ",
    ),
    "utf_16": (
        with_bytes("patients.csv", lambda data: data.decode().encode("utf-16")),
        "patients.csv: is not UTF-8 (on line 1)",
    ),
    "nul_byte": (
        with_bytes("patients.csv", lambda data: data.replace(b"\n", b"\n\0", 2)),
        "patients.csv: has a NUL byte on line 2; expected text",
    ),
    "quote_unterminated": (
        with_bytes("relapses.csv", lambda data: data + b'"x,2016,molecular\n'),
        "relapses.csv: the record on line ",
    ),
    "field_too_long": (
        with_bytes("relapses.csv", lambda data: data + b"x" * 2_000_001 + b",,\n"),
        "relapses.csv: the record on line ",
    ),
    "gzip_in_plain_name": (
        with_bytes("relapses.csv", gzip.compress),
        "relapses.csv: is gzip; expected plain text, or the name relapses.csv.gz",
    ),
    "plain_in_gzip_name": (
        gzipped(gzip.decompress),
        "relapses.csv.gz: is not gzip, as its name says",
    ),
    "gzip_cut": (
        gzipped(lambda data: data[:-9]),
        "relapses.csv.gz: is cut short or damaged; expected a whole gzip file",
    ),
    "gzip_damaged": (
        gzipped(lambda data: data[:-6] + bytes([data[-6] ^ 1]) + data[-5:]),
        "relapses.csv.gz: is cut short or damaged; expected a whole gzip file",
    ),
    "gzip_bomb": (
        gzipped(lambda _: gzip.compress((b"a" * 2**16 + b",2016,x\n") * 1_056)),
        "relapses.csv.gz: unpacks past 65 MB; expected at most 200 times its size",
    ),
    "spreadsheet_in_csv_name": (
        with_bytes("relapses.csv", lambda _: b"PK\x03\x04\x14\0\6\0\x08\0!\0"),
        "relapses.csv: has a NUL byte on line 1; expected text",
    ),
    "parquet_in_csv_name": (
        lambda folder: (
            as_parquet(folder, "relapses"),
            (folder / "relapses.parquet").rename(folder / "relapses.csv"),
        ),
        "relapses.csv: ",
    ),
    "text_in_parquet_name": (
        lambda folder: (folder / "relapses.csv").rename(folder / "relapses.parquet"),
        "relapses.parquet: is not Parquet, as its name says, or is cut short",
    ),
    "gzip_in_gzip": (
        gzipped(gzip.compress),
        "relapses.csv.gz: is not UTF-8 (on line 1)",
    ),
    "parquet_cut": (
        lambda folder: (
            as_parquet(folder, "relapses"),
            with_bytes("relapses.parquet", lambda data: data[:-9])(folder),
        ),
        "relapses.parquet: is not Parquet, as its name says, or is cut short",
    ),
    "parquet_timestamp": (
        typed("marrow_assessments", assessment_date="timestamptz"),
        "marrow_assessments.parquet: column assessment_date is TIMESTAMP WITH TIME "
        "ZONE; expected text or date",
    ),
    "parquet_double_for_integer": (
        typed("treatment_cycles", cycle_number="double) + cast(0.5 as double"),
        "treatment_cycles.parquet: column cycle_number is DOUBLE with values that are "
        "not whole; expected text or integer",
    ),
    "parquet_integer_for_text": (
        typed("blood_counts", patient_id="bigint"),
        "blood_counts.parquet: column patient_id is BIGINT; expected text",
    ),
    "two_formats": (
        lambda folder: (folder / "relapses.csv.gz").write_bytes(
            gzip.compress((folder / "relapses.csv").read_bytes())
        ),
        "relapses: comes as relapses.csv, relapses.csv.gz; expected one file",
    ),
    "unknown_table": (
        lambda folder: (folder / "relapse.csv").write_text("patient_id\n"),
        '"relapse.csv": is no table of the delivery contract; did you mean '
        "relapses.csv?",
    ),
    "injection_in_a_name": (
        lambda folder: (folder / "x'; drop table y;\x1b[2J.csv").write_text("a\n"),
        "\"x'; drop table y;\\x1b[2J.csv\": is no table of the delivery contract",
    ),
    "link_leads_out": (
        linked_out,
        "relapses.csv: is a link that leads out of the folder",
    ),
    "folder_of_its_name": (
        folder_of_its_name,
        "relapses.csv: is a folder, as Spark and arrow's write_dataset make them; "
        "expected one file",
    ),
    "pipe_of_its_name": (
        lambda folder: (
            unlink("relapses.csv")(folder),
            os.mkfifo(folder / "relapses.csv"),
        ),
        "relapses.csv: is not a regular file",
    ),
    "unlisted": (
        edit("manifest.csv", lambda text: "".join(
            line for line in text.splitlines(keepends=True)
            if not line.startswith("relapses,"))),
        "manifest.csv: does not list relapses, of which there is a file",
    ),
    "last_line_cut": (
        last_line_cut,
        "relapses.csv: has SHA-256 ",
    ),
    "last_record_lost": (
        last_record_lost,
        "relapses.csv: has ",
    ),
    "two_delivery_ids": (
        lambda folder: edited(
            folder, "manifest.csv",
            lambda text: text.replace("patients,", "patients,x", 1)),
        "manifest.csv: column delivery_id is not the same on all rows; expected one "
        "value",
    ),
    "two_cut_offs": (
        lambda folder: edited(
            folder, "manifest.csv",
            lambda text: text.replace("2018-03-31", "2018-03-30", 1)),
        "manifest.csv: column data_cutoff_date is not the same on all rows; expected "
        "one value",
    ),
    "empty_manifest": (
        with_bytes("manifest.csv", lambda data: data.split(b"\n")[0] + b"\n"),
        "manifest.csv: lists no file",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_in_one_line(fault, tmp_path):
    make, line = FAULTS[fault]
    folder = copied(tmp_path / "delivery")
    make(folder)
    with pytest.raises(DeliveryRefused) as refused:
        inspect_delivery(folder)
    first, *others = str(refused.value).splitlines()
    assert first.startswith(line)
    assert fault == "last_record_lost" or not others


def test_a_cut_off_after_the_delivery_is_named(tmp_path):
    folder = copied(tmp_path / "delivery")
    lines = (folder / "manifest.csv").read_text().splitlines()
    cutoff = lines[1].split(",")[3]
    (folder / "manifest.csv").write_text(
        "\n".join(line.replace(cutoff, "9999-01-01") for line in lines)
    )
    with pytest.raises(DeliveryRefused, match="data_cutoff_date is 9999-01-01, after"):
        inspect_delivery(folder)


def test_a_file_that_came_on_another_day_is_of_the_delivery(tmp_path):
    folder = copied(tmp_path / "delivery")
    edited(
        folder,
        "manifest.csv",
        lambda text: text.replace("2018-05-15", "2018-05-18", 3).replace(
            "2018-05-18", "2018-05-15", 1
        ),
    )
    assert str(inspect_delivery(folder).delivered_on) == "2018-05-15"


def test_values_never_stand_in_a_refusal(tmp_path):
    folder = copied(tmp_path / "delivery")
    edited(folder, "patients.csv", lambda text: text.split("\n", 1)[1])
    first_patient = (folder / "patients.csv").read_text().split(",")[0]
    with pytest.raises(DeliveryRefused) as refused:
        inspect_delivery(folder)
    assert first_patient not in str(refused.value)


@pytest.mark.parametrize(
    "make", [lambda path: None, Path.mkdir], ids=["absent", "empty"]
)
def test_a_folder_without_a_delivery_is_named(make, tmp_path):
    make(tmp_path / "x")
    with pytest.raises(DeliveryRefused, match=r"/x: (is no folder|holds no file)"):
        inspect_delivery(tmp_path / "x")


def test_stray_files_are_ignored(tmp_path):
    folder = copied(tmp_path / "delivery")
    (folder / "readme.txt").write_text("x")
    (folder / "older").mkdir()
    assert inspect_delivery(folder).delivery_id


def test_a_nested_parquet_column_is_named(tmp_path):
    folder = copied(tmp_path / "delivery")
    (folder / "relapses.csv").unlink()
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 'a' as patient_id, {'x': 1} as relapse_date, 'b' as "
            f"relapse_type) to '{folder}/relapses.parquet' (format parquet)"
        )
    renewed(folder)
    with pytest.raises(DeliveryRefused, match=r"relapse_date.* is nested"):
        inspect_delivery(folder)


@pytest.mark.parametrize(
    "name", ["patientName", "e-mail", "Surname", "home_address", "MRN", "post code"]
)
def test_names_of_direct_identifiers_are_known(name):
    assert looks_like_direct_identifier(name)


@pytest.mark.parametrize("name", ["remark", "drug", "nickel_level", "streptococcus"])
def test_other_names_are_no_direct_identifiers(name):
    assert not looks_like_direct_identifier(name)


def test_files_of_the_system_are_no_files_of_the_delivery(tmp_path):
    """A Mac's archive holds a ._patients.csv beside each patients.csv."""
    folder = copied(tmp_path / "delivery")
    (folder / "._patients.csv").write_bytes(b"\0\5\26\7")
    (folder / ".DS_Store").write_bytes(b"\0")
    (folder / "__MACOSX").mkdir()
    assert inspect_delivery(folder).delivery_id


OVERLOOKED = {
    "patients.xlsx": "patients.xlsx is there: save its sheet as CSV UTF-8",
    "Patients.XLS": "Patients.XLS is there: save its sheet as CSV UTF-8",
    "patients.txt": "patients.txt is there: save it as CSV, with commas",
    "patients.csv.txt": "patients.csv.txt is there: save it as CSV, with commas",
    "patients.csv.zip": "patients.csv.zip is there: unpack it",
    "patients.zip": "patients.zip is there: unpack it",
    "patients.sas7bdat": "patients.sas7bdat is there: export it as CSV",
    "patients.csv.bz2": "patients.csv.bz2 is there: send it as CSV",
}


@pytest.mark.parametrize("name", OVERLOOKED)
def test_a_file_in_another_format_is_named(name, tmp_path):
    folder = copied(tmp_path / "delivery")
    (folder / "patients.csv").rename(folder / name)
    with pytest.raises(DeliveryRefused) as refused:
        inspect_delivery(folder)
    first = str(refused.value).splitlines()[0]
    assert first.startswith(f"patients.csv: is missing, and {OVERLOOKED[name]}")


def test_an_optional_table_in_another_format_is_not_taken_for_absent(tmp_path):
    folder = copied(tmp_path / "delivery")
    (folder / "relapses.csv").rename(folder / "relapses.xlsx")
    edited(folder, "manifest.csv", lambda text: without(text, "relapses"))
    with pytest.raises(DeliveryRefused, match=r"relapses\.csv: is missing, and"):
        inspect_delivery(folder)


def without(text: str, table_name: str) -> str:
    """A manifest that does not list a table."""
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(f"{table_name},"))


@pytest.mark.parametrize("name", ["patients.parquet", "patients"])
def test_a_folder_of_parts_is_named(name, tmp_path):
    folder = copied(tmp_path / "delivery")
    (folder / "patients.csv").unlink()
    (folder / name).mkdir()
    (folder / name / "part-00000.snappy.parquet").touch()
    with pytest.raises(DeliveryRefused, match="is a folder, as Spark and arrow"):
        inspect_delivery(folder)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (
            lambda place: copied(place / "2018-04"),
            "holds no file of a delivery; 2018-04/ does: name that folder",
        ),
        (
            lambda place: (place / "delivery.zip").touch(),
            "holds no file of a delivery; delivery.zip may: unpack it, and name the "
            "folder that comes out of it",
        ),
    ],
    ids=["inner_folder", "archive"],
)
def test_where_the_delivery_lies_instead_is_named(make, reason, tmp_path):
    make(tmp_path)
    with pytest.raises(DeliveryRefused) as refused:
        inspect_delivery(tmp_path)
    assert str(refused.value) == f"{tmp_path}: {reason}"


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("patients.csv", "name the folder that it lies in"),
        ("2018-04.zip", "unpack it, and name the folder that comes out of it"),
    ],
)
def test_a_file_is_no_delivery(name, cure, tmp_path):
    (tmp_path / name).touch()
    with pytest.raises(DeliveryRefused) as refused:
        inspect_delivery(tmp_path / name)
    assert str(refused.value).endswith(
        f"/{name}: is a file; expected a delivery: {cure}"
    )
