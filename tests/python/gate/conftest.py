"""The gate, as a build compiled it, and a small delivery that it accepts."""

from collections import Counter

import pytest
from delivery_files import copied, renewed
from gate_corpus import N_PATIENTS, TABLES, Files
from gate_in_process import Gate, Judged


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Files:
    """The patients of the example who stand in most of its tables."""
    files = Files(copied(tmp_path_factory.mktemp("small") / "delivery"))
    presence = Counter(
        patient_id
        for name in TABLES
        for patient_id in {row["patient_id"] for row in files.read(name)}
    )
    ranked = sorted(
        presence, key=lambda patient_id: (-presence[patient_id], patient_id)
    )
    kept = set(ranked[:N_PATIENTS])
    for name in TABLES:
        rows = files.read(name)
        files.write(name, [row for row in rows if row["patient_id"] in kept])
    for row in files.read("follow_up")[:5]:
        # What the example does not deliver, on the last day that each is known alive.
        known = {"patient_id": row["patient_id"]}
        day = row["death_date"] or row["last_contact_date"]
        files.append("adverse_events", **known, term="infection", onset_date=day)
        files.append("engraftments", **known, lineage="platelets", engraftment_date=day)
        answer = {"query_id": "0" * 16, "answer": "confirmed"}
        files.append("query_answers", **known, **answer, answer_date=day)
    listed = files.read("manifest")
    for name in ("adverse_events", "engraftments", "query_answers"):
        listed.append({**listed[0], "table_name": name})
    files.write("manifest", listed)
    renewed(files.folder)
    return files


@pytest.fixture(scope="session")
def gate(example) -> Gate:
    return Gate(example)


@pytest.fixture(scope="session")
def sound(gate, small) -> Judged:
    """The small delivery without any fault."""
    judged = gate.judged(small.folder)
    assert judged.refusals == []
    assert judged.quarantined == set()
    return judged


@pytest.fixture
def files(small, tmp_path) -> Files:
    return Files(copied(tmp_path / "delivery", source=small.folder))
