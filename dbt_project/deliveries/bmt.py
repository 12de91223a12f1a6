"""Write the delivery of the study ``bmt``, real patients, as a site would send it.

    python dbt_project/deliveries/bmt.py [--output DIR]

The source has days from transplant and no calendar: the transplants are set here a
fortnight apart, and each birth is the month that makes the age the one told. Two slips
of the source are delivered as the day of death: patient 038's relapse-free time ends
before it, and patient 127's chronic graft-versus-host disease begins after it.
"""

import argparse
import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = PROJECT / "tests" / "data" / "bmt" / "original.csv"
OUTPUT = Path(__file__).parent / "bmt"
FIRST_TRANSPLANT = date(1984, 3, 1)
DAYS_BETWEEN_TRANSPLANTS = 14
DELIVERED_ON, CUTOFF = "1997-01-15", "1996-12-31"
HOSPITALS = {
    "1": ("ohio_state", "US"),
    "2": ("alfred", "AU"),
    "3": ("st_vincent", "AU"),
    "4": ("hahnemann", "US"),
}
GROUPS = {
    "1": ("all", "lymphoblastic"),
    "2": ("aml", "aml_low_risk"),
    "3": ("aml", "aml_high_risk"),
}
SEX = {"1": "male", "0": "female"}
CMV = {"1": "positive", "0": "negative"}
Record = tuple[str, dict[str, str]]


def records(number: int, source: dict[str, str]) -> Iterator[Record]:
    """What the site sends of one patient: each record with its table."""
    transplant = FIRST_TRANSPLANT + timedelta(number * DAYS_BETWEEN_TRANSPLANTS)
    last_day = int(source["t1"])

    def on_day(day: str) -> str:
        return str(transplant + timedelta(min(int(day), last_day)))

    patient = {"patient_id": f"{number + 1:03d}"}
    site, country = HOSPITALS[source["z9"]]
    diagnosis, group = GROUPS[source["group"]]
    # Half a year older than the age in completed years.
    months = transplant.year * 12 + transplant.month - 1 - int(source["z1"]) * 12 - 6
    yield (
        "patients",
        patient
        | {
            "site_id": site,
            "country": country,
            "sex": SEX[source["z3"]],
            "birth_date": f"{months // 12}-{months % 12 + 1:02d}",
            "consent": "unknown",
            "record_available": "yes",
            "cmv_status": CMV[source["z5"]],
        },
    )
    yield (
        "diagnoses",
        patient
        | {
            "diagnosis": diagnosis,
            "diagnosis_date": str(transplant - timedelta(int(source["z7"]))),
            "fab_subtype": "m4_m5" if source["z8"] == "1" else "other",
        },
    )
    yield (
        "disease_status",
        patient
        | {
            "status_date": str(transplant),
            "disease_group": group,
            "disease_status": "",
        },
    )
    yield (
        "transplants",
        patient
        | {
            "transplant_date": str(transplant),
            "transplant_type": "allogeneic",
            "donor_type": "related",
            "donor_sex": SEX[source["z4"]],
            "donor_age_years": source["z2"],
            "donor_cmv_status": CMV[source["z6"]],
        },
    )
    if source["z10"] == "1":
        yield (
            "medications",
            patient
            | {
                "drug": "methotrexate",
                "start_date": str(transplant),
                "drug_class": "gvhd_prophylaxis",
                "end_date": "",
            },
        )
    if source["dp"] == "1":
        recovery = {"lineage": "platelets", "engraftment_date": on_day(source["tp"])}
        yield "engraftments", patient | recovery
    for term, happened, day in (
        ("acute_gvhd", "da", "ta"),
        ("chronic_gvhd", "dc", "tc"),
    ):
        if source[happened] == "1":
            event = {"term": term, "grade": "", "onset_date": on_day(source[day])}
            yield "adverse_events", patient | event | {"end_date": ""}
    if source["d2"] == "1":
        relapse = {
            "relapse_date": on_day(source["t2"]),
            "relapse_type": "haematological",
        }
        yield "relapses", patient | relapse
    is_dead = source["d1"] == "1"
    yield (
        "follow_up",
        patient
        | {
            "last_contact_date": on_day(source["t1"]),
            "vital_status": "dead" if is_dead else "alive",
            "death_date": on_day(source["t1"]) if is_dead else "",
            "death_cause": "",
            "trial_entry_date": "",
        },
    )


def delivery(source: Path) -> dict[str, bytes]:
    """Each file of the delivery by its name, the manifest among them."""
    tables: dict[str, list[dict[str, str]]] = {}
    with source.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file)):
            for table, record in records(number, row):
                tables.setdefault(table, []).append(record)
    files = {table: _csv(of_table) for table, of_table in tables.items()}
    files["manifest"] = _csv(
        [
            {
                "table_name": table,
                "delivery_id": "bmt-klein-moeschberger",
                "delivered_on": DELIVERED_ON,
                "data_cutoff_date": CUTOFF,
                "n_rows": str(len(tables[table])),
                "sha256": hashlib.sha256(text).hexdigest(),
            }
            for table, text in files.items()
        ]
    )
    return {f"{table}.csv": text for table, text in files.items()}


def _csv(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def main() -> None:
    """Write the delivery into a folder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=Path, default=OUTPUT)
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    for name, text in delivery(SOURCE).items():
        (output / name).write_bytes(text)


if __name__ == "__main__":
    main()
