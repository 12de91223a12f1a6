"""Random small deliveries, dense in ties and edges, that keep to the contract.

Every patient has a true, consistent course on a coarse grid of days; partial and
missing dates are made by leaving parts of true days out. So no delivery holds a
critical finding, and any disagreement between two readings of it is one of rules.
"""

import csv
import hashlib
import io
import random
from datetime import date
from pathlib import Path

from oracle.contract import TABLES
from random_course import STUDY_END, Course, cell

CUTOFFS = [date(2017, 9, 20), date(2017, 12, 10), STUDY_END, date(2018, 2, 15)]
# Courses go on past every cut-off: no contact is after the day of delivery.
DELIVERED_ON = date(2018, 6, 30)
N_FILLERS = 40


def write_random_delivery(
    folder: Path, *, seed: int, n_patients: int, faults: bool = False
) -> None:
    """Write a random delivery of CSV files with its manifest.

    Parameters
    ----------
    folder : Path
        Where the files go; made if it is not there.
    seed : int
        The same seed gives the same bytes.
    n_patients : int
        Patients with a course; `faults` adds others that never had the index drug.
    faults : bool
        Break a few cells and rows, so that they are quarantined. The patients added
        keep each file below the share of quarantined rows that stops a build.
    """
    rng = random.Random(seed)
    cutoff = rng.choice(CUTOFFS)
    tables: dict[str, list[dict]] = {table: [] for table in TABLES}
    for number in range(1, n_patients + 1):
        for table, rows in Course(rng, f"{number:03d}", cutoff).tables().items():
            tables[table] += rows
    if faults:
        for number in range(1, N_FILLERS + 1):
            for table, row in _filler(f"filler_{number:02d}").items():
                tables[table].append(row)
    lines = {
        table: [[cell(row.get(c.name)) for c in TABLES[table]] for row in rows]
        for table, rows in tables.items()
    }
    if rng.random() < 0.3:
        table = rng.choice([table for table in sorted(lines) if lines[table]])
        lines[table].append(list(rng.choice(lines[table])))
    if faults:
        for table in rng.sample(sorted(lines), rng.randint(1, 6)):
            for _ in range(max(1, len(lines[table]) // 60)):
                _break_a_row(rng, table, lines[table])
    write_delivery(folder, lines, data_cutoff_date=cutoff)


def write_delivery(
    folder: Path, lines: dict[str, list[list[str]]], *, data_cutoff_date: date
) -> None:
    """Write rows of text in the contract's column order, and the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = []
    for table, columns in TABLES.items():
        rows = lines.get(table, [])
        content = _csv([[column.name for column in columns], *rows])
        (folder / f"{table}.csv").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        manifest.append(
            [table, "random-1", DELIVERED_ON, data_cutoff_date, len(rows), digest]
        )
    header = "table_name,delivery_id,delivered_on,data_cutoff_date,n_rows,sha256"
    (folder / "manifest.csv").write_bytes(_csv([header.split(","), *manifest]))


def _csv(rows: list[list]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _filler(patient_id: str) -> dict[str, dict]:
    """One row in each table of a patient who never had the index drug."""
    rows = {
        "patients": {"site_id": "S09", "country": "FR", "sex": "female"}
        | {"birth_date": "1970", "consent": "given", "record_available": "yes"},
        "diagnoses": {"diagnosis": "b_all", "diagnosis_date": "2010"},
        "genetic_findings": {"marker": "other", "method": "pcr", "result": "unknown"},
        "therapy_lines": {"line_number": 0, "line_type": "frontline"},
        "disease_status": {"status_date": "2016-01-01"},
        "treatment_cycles": {"drug": "inotuzumab", "cycle_number": 1}
        | {"access_program": "commercial", "start_date": "2016-01-01"},
        "marrow_assessments": {"assessment_date": "2016-01-01"},
        "blood_counts": {"sample_date": "2016-01-01"},
        "extramedullary_assessments": {"assessment_date": "2016-01-01"}
        | {"site": "any", "involvement": "no"},
        "mrd_assessments": {"sample_date": "2016-01-01", "technique": "pcr"}
        | {"result": "not_evaluable"},
        "relapses": {"relapse_date": "2012", "relapse_type": "molecular"},
        "transplants": {"transplant_date": "2013", "transplant_type": "autologous"},
        "lymphocyte_infusions": {"infusion_date": "2014"},
        "medications": {"drug": "steroid", "start_date": "2015-01"}
        | {"drug_class": "steroid"},
        "follow_up": {"last_contact_date": "2016-02-01", "vital_status": "alive"},
    }
    return {table: {"patient_id": patient_id} | row for table, row in rows.items()}


def _break_a_row(rng: random.Random, table: str, rows: list[list[str]]) -> None:
    """Break one row of a real patient: at most two rows go into quarantine."""
    real = [n for n, row in enumerate(rows) if not row[0].startswith("filler")]
    if not real:
        return
    at = rng.choice(real)
    columns, row = TABLES[table], list(rows[at])
    kind = rng.choice(["cell", "cell", "cell", "doubled", "stranger", "width"])
    if kind == "stranger" and table != "patients":
        row[0] = "stranger"
    elif kind == "width" and rng.random() < 0.5:
        row.append("surplus") if rng.random() < 0.5 else row.pop()
    elif kind == "doubled":
        others = [n for n, column in enumerate(columns) if not column.is_key]
        if not others:
            return
        column = rng.choice(others)
        terms = columns[column].kind.split("|")
        other = [term for term in terms if len(terms) > 1 and term != row[column]]
        row[column] = rng.choice(other) if other else ""
        if row != rows[at]:
            rows.insert(rng.randint(0, len(rows)), row)
        return
    else:
        column = rng.randrange(1, len(columns))
        row[column] = _broken(rng, columns[column])
    rows[at] = row


def _broken(rng: random.Random, column) -> str:
    if column.kind in ("date", "partial"):
        return rng.choice(["2016-02-30", "10.03.2016", "N/A", "2016-13"])
    if column.kind.startswith(("number", "integer")):
        above = ["100.1"] if column.name == "blast_percent" else []
        return rng.choice(["12,7", "N/A", "-1", "ten", *above])
    if column.kind == "text":
        return ""
    return rng.choice(["maybe", "YES", ""])
