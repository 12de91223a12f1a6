"""A small delivery to put faults into, and what the gate may say of each."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from delivery.contract import delivery_contract
from delivery_files import renewed
from gate_in_process import Gate, Judged

from expectations.suites import declared_suites

TABLES = [name for name in delivery_contract() if name != "manifest"]
N_PATIENTS = 60
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Files:
    """A delivery's rows, to be edited table by table.

    Attributes
    ----------
    folder : Path
    taken : set of str
        Patients of whom something is wrong already.
    """

    folder: Path
    taken: set[str] = field(default_factory=set)

    def read(self, table_name: str) -> Rows:
        path = self.folder / f"{table_name}.csv"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return list(csv.DictReader(io.StringIO(text)))

    def write(self, table_name: str, rows: Rows) -> None:
        path = self.folder / f"{table_name}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            names = delivery_contract()[table_name].column_names
            writer = csv.DictWriter(file, names, lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows(rows)

    def text(self, table_name: str, change: Callable[[str], str]) -> None:
        path = self.folder / f"{table_name}.csv"
        path.write_bytes(change(path.read_bytes().decode()).encode())

    def append(self, table_name: str, **values: str) -> int:
        """Add a record; its line."""
        rows = self.read(table_name)
        rows.append(dict.fromkeys(delivery_contract()[table_name].column_names, ""))
        rows[-1].update(values)
        self.write(table_name, rows)
        return len(rows) + 1

    def change(self, table_name: str, patient_id: str, **values: str) -> int:
        """Change the first record of a patient; its line."""
        rows = self.read(table_name)
        line, row = next(
            (n, row)
            for n, row in enumerate(rows, start=2)
            if row["patient_id"] == patient_id
        )
        row.update(values)
        self.write(table_name, rows)
        return line

    def of(self, table_name: str, patient_id: str) -> dict[str, str]:
        return next(r for r in self.read(table_name) if r["patient_id"] == patient_id)


def judge(gate: Gate, files: Files, *tables: str, rules: tuple = ()) -> Judged:
    """Judge a delivery by some tables' suites, and the counts of some rules."""
    renewed(files.folder)
    declared = declared_suites()
    suites = {name: declared[name] for name in (*tables, "reconciliation")}
    suites["rule_counts"] = [
        expectation
        for expectation in declared["rule_counts"]
        if expectation.column in rules
    ]
    judged = gate.judged(files.folder, suites=suites)
    assert judged.reconciled
    return judged


def rule_of(message: str) -> str:
    """The rule that a sentence of the gate names at its end."""
    return message.rpartition("[")[2].removesuffix("]")


def values(judged: Judged, table_name: str) -> Counter:
    """The accepted records of a table, apart from where they stand in their file."""
    return Counter(row[:-2] for row in judged.values.get(table_name, ()))


def assert_no_value_changed(judged: Judged, sound: Judged) -> None:
    """Whatever is accepted was so before, or there is a finding on its line."""
    for table_name in TABLES:
        reported = {
            line for _, table, line in judged.findings - sound.findings
            if table == table_name
        }  # fmt: skip
        before = values(sound, table_name)
        for row in judged.values.get(table_name, ()):
            if not before[row[:-2]]:
                assert row[-2] in reported, (table_name, row[-2])
            before[row[:-2]] -= 1
