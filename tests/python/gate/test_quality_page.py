"""The page that walks a bad delivery through (dbt_project/docs/quality.md) is true."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from delivery.definitions import PROJECT
from delivery_files import EXAMPLE, copied, edited, read_rows
from warehouses import Warehouse

PAGE = PROJECT / "dbt_project" / "docs" / "quality.md"
COMMANDS = [
    block.removeprefix("$ ").rstrip("\n").split("\n")
    for block in re.findall(r"```\n(\$ .*?)```", PAGE.read_text("utf-8"), re.DOTALL)
]
DEAD_LINE, DEAD = next(
    (line, row)
    for line, row in enumerate(read_rows(EXAMPLE / "follow_up.csv"), start=2)
    if len(row["death_date"]) == 10 and row["death_date"] < "2018"
)
LIVING = next(
    row
    for row in read_rows(EXAMPLE / "follow_up.csv")
    if row["vital_status"] == "alive"
)
FIRST = len(read_rows(EXAMPLE / "marrow_assessments.csv")) + 2
RECORDS = (
    f"{LIVING['patient_id']},{LIVING['last_contact_date']},=1+1\n"
    f"{DEAD['patient_id']},2018-01-05,3\n"
    "99999,2018-01-05,3\n"
)
# The page was printed once; these are the example's patients and lines as it is now.
NOW = {
    "00529": LIVING["patient_id"],
    "00744": DEAD["patient_id"],
    "follow_up:3,": f"follow_up:{DEAD_LINE},",
    "2030": str(FIRST),
    "2031": str(FIRST + 1),
    "2032": str(FIRST + 2),
}


def as_now(text: str) -> str:
    """What the page shows, of the example as it is now."""
    return re.sub("|".join(map(re.escape, NOW)), lambda match: NOW[match[0]], text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The deliveries that the page speaks of."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "deliveries").mkdir()
    unreadable = copied(folder / "deliveries" / "2018-05")
    (unreadable / "follow_up.csv").unlink()
    patients = unreadable / "patients.csv"
    patients.write_text(patients.read_text().replace(",sex,", ",gender,", 1))
    edited(
        copied(folder / "deliveries" / "2018-06"),
        "marrow_assessments.csv",
        lambda text: text + RECORDS,
    )
    return folder


@pytest.mark.parametrize(("command", "lines"), [(c, lines) for c, *lines in COMMANDS])
def test_each_command_prints_what_the_page_shows(folder, command, lines):
    command, lines = as_now(command), [as_now(line) for line in lines]
    for name in ("deliveries/", "target/"):
        command = command.replace(name, f"{folder}/{name}")
    environment = Warehouse(folder).environment
    tools = Path(sys.executable).parent
    completed = subprocess.run(
        command,
        shell=True,
        cwd=PROJECT,
        env=environment | {"PATH": f"{tools}:{environment['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    printed = [
        line.strip().replace(f"{folder}/", "") for line in completed.stdout.splitlines()
    ]
    assert completed.returncode == (0 if command.startswith("grep") else 1) or (
        "dbt" in command and completed.returncode == 2
    ), completed.stdout
    shown = [line.strip() for line in lines if line != "..."]
    assert [line for line in printed if line in shown] == shown, completed.stdout


def test_the_page_shows_a_refusal_of_either_kind_a_list_and_a_check():
    tools = [re.sub(r"^\w+=\S+ ", "", command).split()[0] for command, *_ in COMMANDS]
    assert tools == ["dbt", "dbt", "grep", "survival"]
