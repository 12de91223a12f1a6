"""The queries that data managers ask run on a published file, and answer."""

import duckdb
import pytest
from dbt_builds import PROJECT

ANALYSES = sorted((PROJECT / "dbt_project" / "analyses").glob("*.sql"))

# What the edges delivery, all of it accepted and gradable on purpose, cannot show.
ANSWERED_BY_NONE = {"records_in_quarantine"}


@pytest.fixture(scope="module")
def warehouse(edges):
    with duckdb.connect(str(edges.warehouse), read_only=True) as connection:
        connection.execute("set variable patient_id = 'relapse_then_death_same_day'")
        yield connection


def statement(path):
    """The query without the comments that say what it answers."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("--")]


def test_there_are_the_ten_queries_asked_most():
    assert len(ANALYSES) >= 10


@pytest.mark.parametrize("path", ANALYSES, ids=lambda path: path.stem)
def test_a_query_says_what_it_answers_in_ten_lines_or_fewer(path):
    assert path.read_text(encoding="utf-8").startswith("-- ")
    assert 0 < len(statement(path)) <= 10


@pytest.mark.parametrize("path", ANALYSES, ids=lambda path: path.stem)
def test_a_query_answers_on_the_edges(path, warehouse):
    rows = warehouse.execute("\n".join(statement(path))).fetchall()
    assert bool(rows) == (path.stem not in ANSWERED_BY_NONE)


def test_the_timeline_of_a_patient_leads_back_to_the_records(warehouse):
    (path,) = (path for path in ANALYSES if path.stem == "one_patients_timeline")
    rows = warehouse.execute("\n".join(statement(path))).fetchall()
    events = [event_type for _, event_type, _, _ in rows]
    assert events.index("index") < events.index("relapse")
    assert [date for date, *_ in rows] == sorted(date for date, *_ in rows)
    assert all(record for _, event, _, record in rows if event in ("relapse", "death"))


def test_who_is_censored_has_left_by_one_reason(warehouse):
    (path,) = (path for path in ANALYSES if path.stem == "who_is_censored_and_why")
    rows = warehouse.execute("\n".join(statement(path))).fetchall()
    censored = warehouse.execute(
        "select count(*) from marts.time_to_event where status = 0"
    ).fetchall()[0][0]
    keys = {(endpoint, rule, patient) for endpoint, rule, patient, *_ in rows}
    assert len(keys) == len(rows) == censored
