"""The raw tables of the delivery contract: columns, order, files and manifest."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

Row = dict[str, str]

COLUMNS: dict[str, tuple[str, ...]] = {
    "patients": (
        "patient_id",
        "site_id",
        "country",
        "sex",
        "birth_date",
        "consent",
        "record_available",
    ),
    "diagnoses": ("patient_id", "diagnosis", "diagnosis_date"),
    "genetic_findings": ("patient_id", "test_date", "marker", "method", "result"),
    "therapy_lines": (
        "patient_id",
        "line_number",
        "line_type",
        "start_date",
        "end_date",
        "best_response",
        "response_date",
    ),
    "disease_status": (
        "patient_id",
        "status_date",
        "disease_group",
        "disease_status",
    ),
    "treatment_cycles": (
        "patient_id",
        "drug",
        "cycle_number",
        "access_program",
        "start_date",
        "end_date",
    ),
    "marrow_assessments": ("patient_id", "assessment_date", "blast_percent"),
    "blood_counts": (
        "patient_id",
        "sample_date",
        "platelets_giga_per_l",
        "neutrophils_giga_per_l",
    ),
    "extramedullary_assessments": (
        "patient_id",
        "assessment_date",
        "site",
        "involvement",
    ),
    "mrd_assessments": (
        "patient_id",
        "sample_date",
        "technique",
        "sensitivity",
        "result",
        "mrd_level",
    ),
    "relapses": ("patient_id", "relapse_date", "relapse_type"),
    "transplants": (
        "patient_id",
        "transplant_date",
        "transplant_type",
        "donor_type",
    ),
    "lymphocyte_infusions": ("patient_id", "infusion_date"),
    "medications": ("patient_id", "drug", "start_date", "drug_class", "end_date"),
    "follow_up": (
        "patient_id",
        "last_contact_date",
        "vital_status",
        "death_date",
        "death_cause",
        "trial_entry_date",
    ),
}
KEYS: dict[str, tuple[str, ...]] = {
    "patients": ("patient_id",),
    "diagnoses": ("patient_id",),
    "genetic_findings": ("patient_id", "test_date", "marker", "method"),
    "therapy_lines": ("patient_id", "line_number"),
    "disease_status": ("patient_id",),
    "treatment_cycles": ("patient_id", "drug", "cycle_number"),
    "marrow_assessments": ("patient_id", "assessment_date"),
    "blood_counts": ("patient_id", "sample_date"),
    "extramedullary_assessments": ("patient_id", "assessment_date", "site"),
    "mrd_assessments": ("patient_id", "sample_date", "technique"),
    "relapses": ("patient_id", "relapse_date", "relapse_type"),
    "transplants": ("patient_id", "transplant_date"),
    "lymphocyte_infusions": ("patient_id", "infusion_date"),
    "medications": ("patient_id", "drug", "start_date"),
    "follow_up": ("patient_id",),
}
MANIFEST_COLUMNS = (
    "table_name",
    "delivery_id",
    "delivered_on",
    "data_cutoff_date",
    "n_rows",
    "sha256",
)


def keyed(table: str, rows: Iterable[Row]) -> list[Row]:
    """Rows in the order of their key, the first of each key."""
    kept: dict[tuple[str, ...], Row] = {}
    for row in rows:
        kept.setdefault(tuple(row[name] for name in KEYS[table]), row)
    return [kept[key] for key in sorted(kept)]


def csv_bytes(columns: Iterable[str], rows: Iterable[Row]) -> bytes:
    """Rows as UTF-8 CSV with a header and LF."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def write_manifest(
    output: Path, counts: dict[str, int], file_format: str, **values: str
) -> None:
    """Write `manifest.csv`: rows and hash of every table, the same values in each row.

    Parameters
    ----------
    output : pathlib.Path
        Folder of the delivery, with its files.
    counts : dict
        Table -> rows.
    file_format : str
        `csv` or `parquet`.
    **values : str
        `delivery_id`, `delivered_on`, `data_cutoff_date`.
    """
    rows = []
    for table in COLUMNS:
        with (output / f"{table}.{file_format}").open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        rows.append(
            {
                "table_name": table,
                **values,
                "n_rows": str(counts[table]),
                "sha256": sha256,
            }
        )
    (output / "manifest.csv").write_bytes(csv_bytes(MANIFEST_COLUMNS, rows))


def write_tables(output: Path, tables: dict[str, list[Row]]) -> dict[str, int]:
    """Write one CSV file per table of the contract; returns the rows of each."""
    output.mkdir(parents=True, exist_ok=True)
    for table, columns in COLUMNS.items():
        (output / f"{table}.csv").write_bytes(csv_bytes(columns, tables[table]))
    return {table: len(tables[table]) for table in COLUMNS}
