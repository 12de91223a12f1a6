"""A dozen faults in whole builds: refused and nothing changed, or accepted and told.

The corpus (test_gate_corpus.py, test_delivery_refused.py) tries the gate alone; here it
is what people type, a delivery for each kind of outcome.
"""

import gzip
import html
import json
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from building.journal import working_file
from building.keeping import kept_folder
from delivery_files import EXAMPLE, as_parquet, copied, edited, read_rows, renewed
from warehouses import Warehouse


@pytest.fixture(scope="module")
def warehouse(example, tmp_path_factory) -> Iterator[Warehouse]:
    """The example, where only its group may read, under the name of a schema."""
    before = os.umask(0o027)
    warehouse = Warehouse(tmp_path_factory.mktemp("a [server]"))
    warehouse.path = warehouse.folder / "marts.duckdb"
    warehouse.environment["WAREHOUSE"] = str(warehouse.path)
    shutil.copyfile(example.warehouse, warehouse.path)
    warehouse.path.chmod(0o440)
    yield warehouse
    os.umask(before)


def person(table_name: str, **wanted: int | str) -> dict[str, str]:
    """The first row of a table whose values are as wanted: a text, or a length."""
    return next(
        row
        for row in read_rows(EXAMPLE / f"{table_name}.csv")
        if all(value in (row[name], len(row[name])) for name, value in wanted.items())
    )


def appended(table_name: str, *records: str) -> Callable[[Path], object]:
    """Records added to a table, of which the manifest knows."""
    lines = "".join(f"{record}\n" for record in records)
    return lambda folder: edited(folder, f"{table_name}.csv", lambda text: text + lines)


def cut_in_transfer(folder: Path) -> None:
    path = folder / "blood_counts.csv"
    path.write_bytes(path.read_bytes()[:-9])


def in_latin_1(folder: Path) -> None:
    path = folder / "patients.csv"
    path.write_bytes(path.read_bytes().replace(b",FR,", b",\xc9,", 1))


def bomb(folder: Path) -> None:
    (folder / "relapses.csv").unlink()
    packed = gzip.compress((b"a" * 2**16 + b",2016,x\n") * 1_056)
    (folder / "relapses.csv.gz").write_bytes(packed)


def timestamps(folder: Path) -> None:
    """Times of day, which a date cannot hold."""
    as_parquet(folder, "marrow_assessments", assessment_date="timestamp")
    path = folder / "marrow_assessments.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "create table timed as select * replace "
            "(assessment_date + interval 9 hour as assessment_date) "
            "from read_parquet(?)",
            [str(path)],
        )
        connection.execute(f"copy timed to '{path}' (format parquet)")
    renewed(folder)


def linked_out(folder: Path) -> None:
    target = folder.parent / "elsewhere.csv"
    (folder / "transplants.csv").rename(target)
    (folder / "transplants.csv").symlink_to(target)


def tenth_nulled(folder: Path) -> None:
    lines = (folder / "mrd_assessments.csv").read_text().splitlines()
    place = lines[0].split(",").index("result")
    for n in range(1, len(lines), 10):
        fields = lines[n].split(",")
        fields[place] = ""
        lines[n] = ",".join(fields)
    edited(folder, "mrd_assessments.csv", lambda _: "\n".join(lines) + "\n")


DEAD = person("follow_up", vital_status="dead", death_date=10)
LIVING = person("follow_up", vital_status="alive", death_date="")
INDEX_DATE = min(
    row["start_date"]
    for row in read_rows(EXAMPLE / "treatment_cycles.csv")
    if row["patient_id"] == LIVING["patient_id"]
    and row["access_program"] == "expanded_access"
)


def without_follow_up(folder: Path) -> None:
    (folder / "follow_up.csv").unlink()


# What a delivery is refused for, before anything of it is read.
UNREADABLE = {
    # The first renews the manifest.
    timestamps: "marrow_assessments.parquet: column assessment_date is TIMESTAMP",
    without_follow_up: "follow_up.csv: required file is missing; expected "
    "follow_up.csv, follow_up.csv.gz or follow_up.parquet",
    cut_in_transfer: "blood_counts.csv: has SHA-256 ",
    in_latin_1: "patients.csv: is not UTF-8 (on line ",
    bomb: "relapses.csv.gz: unpacks past 65 MB",
    linked_out: "transplants.csv: is a link that leads out of the folder",
}


def refused(warehouse: Warehouse, delivery: Path) -> list[str]:
    """The reasons of a build that is refused, and leaves the marts as they were."""
    before = warehouse.answers()
    code, output = warehouse.run("build", delivery=delivery)
    assert code != 0
    assert "Traceback" not in output
    assert "secret value" not in output
    assert f"not published: {warehouse.path} is as it was" in output
    assert warehouse.answers() == before
    refusals = re.findall("delivery refused: (.*)", output)
    *_, last = warehouse.query("select verdict, reason from marts.delivery_log")
    assert last[0] == "refused"
    # One sentence, wherever it is read.
    assert any(last[1].startswith(refusal) for refusal in refusals), last
    return refusals


def test_a_delivery_that_cannot_be_read_says_why_and_changes_the_log_alone(
    warehouse, tmp_path
):
    folder = copied(tmp_path / "delivery")
    for make in UNREADABLE:
        make(folder)
    refusals = refused(warehouse, folder)
    for reason in UNREADABLE.values():
        (refusal,) = (said for said in refusals if said.startswith(reason))
        refusals.remove(refusal)
    assert refusals == []
    first, last = warehouse.query(
        "select delivery_id, data_cutoff_date, files from marts.delivery_log"
    )
    assert last[:2] == first[:2] and None not in last
    # What could be read is known by its hash.
    files_of_first, files_of_last = json.loads(first[2]), json.loads(last[2])
    unlike = [file["file_name"] for file in files_of_last if file not in files_of_first]
    assert unlike == ["manifest.csv", "blood_counts.csv"]
    assert len(files_of_last) == len(files_of_first) - 5


def test_a_delivery_that_the_gate_refuses_is_explained(warehouse, tmp_path):
    folder = copied(tmp_path / "delivery")
    script = "<script>alert(1)</script>"
    for make in (
        appended("blood_counts", f"{DEAD['patient_id']},2018-03-01,100,1"),
        appended(
            "treatment_cycles", f"{LIVING['patient_id']},other,1,commercial,1999-01-01,"
        ),
        tenth_nulled,
        appended("marrow_assessments", f"=1+1{script},2017-01-01,secret value"),
    ):
        make(folder)
    n_counts = len((folder / "blood_counts.csv").read_text().splitlines()) - 1
    refusals = refused(warehouse, folder)
    after_death = (
        f"blood_counts: 1 of {n_counts} records: sample_date: A date is after the "
        f"patient's death, on line {n_counts + 1}. Ask the site which of the two dates "
        "is wrong [record_after_death]"
    )
    reasons = ["treatment_cycles: 1 of ", "mrd_assessments: 106 of ", after_death]
    for reason in reasons:
        (refusal,) = (said for said in refusals if said.startswith(reason))
        refusals.remove(refusal)
    assert refusals == []
    quality = warehouse.folder / "target" / "quality"
    page = (quality / "index.html").read_text()
    listed = (quality / "findings.csv").read_text()
    assert after_death in html.unescape(page)
    assert script not in page
    assert "=1+1&lt;script&gt;" in page
    assert "'=1+1<script>" in listed
    assert not re.search(r"(?i)\bsrc=|href=\"(?!#)|url\(|@import", page)
    logs = "".join(path.read_text() for path in warehouse.folder.glob("logs/*"))
    assert "secret value" not in page + listed + logs


def built(warehouse: Warehouse, tmp_path: Path, make) -> str:
    """The output of a build that is accepted and published."""
    folder = copied(tmp_path / "delivery")
    make(folder)
    code, output = warehouse.run("build", delivery=folder)
    assert code == 0, output
    assert f"published: {warehouse.path}" in output
    # What was replaced is kept only where somebody asks (test_publishing.py).
    assert not kept_folder(warehouse.path).exists()
    return output


def test_copies_strays_and_another_spelling_change_no_mart(warehouse, tmp_path):
    """An exact copy collapses, a record of nobody is set aside, byte marks are none."""
    relapse = ",".join(person("relapses").values())

    def spelled(folder: Path) -> None:
        appended("relapses", relapse, "nobody,2017-01-01,haematological")(folder)
        manifest = folder / "manifest.csv"
        for path in (*set(folder.glob("*.csv")) - {manifest}, manifest):
            if path == manifest:
                renewed(folder)
            text = "\ufeff" + path.read_text(encoding="utf-8").removesuffix("\n")
            path.write_bytes(text.replace("\n", "\r\n").encode())

    before = values(warehouse)
    output = built(warehouse, tmp_path, spelled)
    assert values(warehouse) == before
    assert re.search(
        r"warning: relapses: 1 of \d+ records: .*\[patient_unknown]", output
    )
    (counts,) = warehouse.query(
        "select n_delivered - n_accepted, n_collapsed, n_quarantined "
        "from quality.reconciliation where table_name = 'relapses'"
    )
    assert counts == (2, 1, 1)


def values(warehouse: Warehouse) -> dict[str, list[tuple]]:
    """What the marts say of patients: no float in them."""
    return {
        name: warehouse.query(f"from marts.{name} order by all")
        for name in ("cohort", "responses", "time_to_event", "survival_event_table")
    }


TIMES = (
    "select patient_id, endpoint, not_evaluable_reason from marts.time_to_event "
    "where censoring_rule = 'standard'"
)


@dataclass(frozen=True)
class Doubted:
    """An accepted delivery of an older cut-off, with doubts about three patients."""

    output: str
    dead: str
    in_remission: str


@pytest.fixture(scope="module")
def doubted(warehouse, tmp_path_factory) -> Doubted:
    ((dead, *_), *_) = warehouse.query(
        f"{TIMES} and endpoint = 'os' and status = 1 order by all"
    )
    ((in_remission, *_), *_) = warehouse.query(
        f"{TIMES} and endpoint = 'dfs' and status = 0 and is_evaluable order by all"
    )

    def make(folder: Path) -> None:
        known = LIVING["patient_id"]
        for doubt in (
            # No record as it stands.
            appended("relapses", f"{in_remission},2017-02-30,haematological"),
            appended("follow_up", f"{dead},2018-01-0"),
            # What only the derivation shows: a relapse on the first day of the drug,
            # and a cytotoxic therapy that may have begun after it.
            appended("relapses", f"{known},{INDEX_DATE},haematological"),
            appended("medications", f"{known},cytarabine,,cytotoxic,"),
        ):
            doubt(folder)
        manifest = folder / "manifest.csv"
        manifest.write_text(manifest.read_text().replace("2018-03-31", "2018-03-30"))

    place = tmp_path_factory.mktemp("doubted")
    return Doubted(built(warehouse, place, make), dead, in_remission)


def test_what_is_written_obeys_the_umask(warehouse, doubted):
    assert stat.S_IMODE(warehouse.path.stat().st_mode) == 0o440
    for folder in (working_file(warehouse.path).parent, warehouse.folder / "target"):
        written = [path for path in folder.rglob("*") if path.is_file()]
        assert written
        assert not [path for path in written if path.stat().st_mode & 0o007]


def test_whose_record_is_quarantined_is_not_event_free(warehouse, doubted):
    (unparsed,) = re.findall(
        r"warning: relapses: 1 of .*\[value_unparsed]", doubted.output
    )
    assert (
        "relapse_date is not YYYY-MM-DD, YYYY-MM or YYYY (looks like YYYY-MM-DD "
        "without such a day in the calendar), on line "
    ) in unparsed
    (malformed,) = re.findall(
        r"warning: follow_up: 1 of .*\[record_malformed]", doubted.output
    )
    assert "too few fields, on line " in malformed
    assert warehouse.query(
        "select table_name, patient_id, rule_id from quality.quarantine order by all"
    ) == [
        ("follow_up", doubted.dead, "record_malformed"),
        ("relapses", doubted.in_remission, "value_unparsed"),
    ]
    decided = warehouse.query(f"{TIMES} and not is_evaluable")
    assert (doubted.dead, "os", "record_in_quarantine") in decided
    assert (doubted.in_remission, "dfs", "record_in_quarantine") in decided


def test_an_older_cut_off_is_built_with_a_warning(warehouse, doubted):
    (line,) = re.findall(
        "warning: manifest: .*an older delivery is meant.*", doubted.output
    )
    assert "The cut-off is before that of the marts that stand" in line
    *_, last = warehouse.query("select data_cutoff_date from marts.delivery_log")
    assert str(last[0]) == "2018-03-30"


def test_what_the_derivation_alone_shows_is_told(warehouse, doubted):
    derived = warehouse.query(
        "select rule_id, value_text from quality.derivation_findings "
        f"where patient_id = '{LIVING['patient_id']}' order by all"
    )
    assert {
        ("cytotoxic_undated", None),
        ("relapse_outside_remission", INDEX_DATE),
    } <= set(derived)
    listed = (warehouse.folder / "target" / "quality" / "findings.csv").read_text()
    assert "cytotoxic_undated,medications," in listed
