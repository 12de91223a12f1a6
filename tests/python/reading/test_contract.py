"""What each column of the delivery contract must say of itself."""

import duckdb
import pytest
from delivery.contract import ContractBroken, contract_column, delivery_contract
from delivery.load import load_delivery
from delivery.preflight import inspect_delivery
from delivery_files import copied, renewed

DATE = {"type": "date", "date_role": "happened"}


def test_every_date_of_the_contract_plays_a_role():
    dates = [
        (table.name, column.name, column.date_role)
        for table in delivery_contract().values()
        for column in table.columns
        if column.type in ("date", "partial_date")
    ]
    assert ("follow_up", "death_date", "death") in dates
    assert all(role for *_, role in dates)


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        (
            {"type": "date"},
            "column visits.visit_date is a date without a date_role; expected one of "
            "birth, happened, ended, contact, known, planned, death, delivery",
        ),
        (
            DATE | {"date_role": "hapened"},
            "column visits.visit_date has date_role 'hapened'; did you mean happened? "
            "(expected one of birth, happened, ended, contact, known, planned, death, "
            "delivery)",
        ),
        ({}, "column visits.visit_date has no type; expected one of text, term, "),
        ({"type": "day"}, "column visits.visit_date has type 'day' (expected one of "),
        ({"type": "term"}, "column visits.visit_date has terms None (expected one of "),
        (
            {"type": "term", "terms": "contry"},
            "column visits.visit_date has terms 'contry'; did you mean country? ",
        ),
        (
            DATE | {"nulable": True},
            "column visits.visit_date has meta 'nulable'; did you mean nullable? ",
        ),
        (
            {"type": "text", "date_role": "happened"},
            "column visits.visit_date, of type text, can have no date_role",
        ),
        (
            {"type": "integer", "terms": "sex"},
            "column visits.visit_date, of type integer, can have no terms",
        ),
        (DATE | {"maximum": 3}, "column visits.visit_date, of type date, can have no "),
        (
            DATE | {"required": False},
            "column visits.visit_date is optional, so that it must be nullable and "
            "no key",
        ),
        (
            DATE | {"required": False, "nullable": True, "key": True},
            "column visits.visit_date is optional, so that it must be nullable and "
            "no key",
        ),
    ],
)
def test_a_column_that_says_too_little_is_refused_by_name(meta, message):
    with pytest.raises(ContractBroken) as refused:
        contract_column("visits", "visit_date", meta)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_study_says_which_tables_it_needs():
    required = {table.name for table in delivery_contract().values() if table.required}
    assert {"patients", "follow_up", "disease_status", "mrd_assessments"} <= required
    assert not required & {"medications", "transplants", "adverse_events"}


def test_optional_columns_may_be_left_out_and_are_read_where_they_come(tmp_path):
    delivery = copied(tmp_path / "delivery")
    with_column = "".join(
        f"{line},{value}\n"
        for line, value in zip(
            (delivery / "disease_status.csv").read_text().splitlines(),
            ["ecog", "1", *[""] * 1000],
            strict=False,
        )
    )
    (delivery / "disease_status.csv").write_text(with_column)
    renewed(delivery)
    with duckdb.connect() as connection:
        load_delivery(connection, inspect_delivery(delivery))
        assert connection.execute(
            "select count(ecog), count(*) > 1 from delivery.disease_status"
        ).fetchall() == [(1, True)]
        assert connection.execute(
            "select count(cmv_status), count(*) > 1 from delivery.patients"
        ).fetchall() == [(0, True)]
