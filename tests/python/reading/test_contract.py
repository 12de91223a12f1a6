"""What each column of the delivery contract must say of itself."""

import pytest
from delivery.contract import ContractBroken, contract_column, delivery_contract

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
