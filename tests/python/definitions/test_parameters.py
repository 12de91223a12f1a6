"""Parameters of a study: what each may be, and what a slip in one is told."""

import pytest
from building.parameters import (
    READ_BY_NAME,
    parameter_faults,
    parameters_used,
)


def test_the_study_keeps_to_its_own_types():
    assert parameter_faults({}) == []


def test_what_sql_reads_by_name_is_there():
    assert set(READ_BY_NAME) <= set(parameters_used({}))


@pytest.mark.parametrize(
    "given",
    [
        {"study_end": "2018-12-31"},
        {"adult_age_years": 0, "days_per_month": 30.4375},
        {"index_drug": ["drug a", "drug b"], "access_program": ["commercial"]},
        {"countries": ["DE"]},
        {"enrolment_start": "2016-01-01", "enrolment_end": "2016-01-01"},
    ],
)
def test_other_values_are_taken(given):
    assert parameter_faults(given) == []


def test_a_list_is_one_text():
    assert parameters_used({"countries": ["DE", "FR"]})["countries"] == "DE,FR"
    assert parameters_used({})["countries"].split(",")[0] == "FR"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"countrys": ["FR"]}, "there is no parameter 'countrys'"),
        ({"countrys": ["FR"]}, "did you mean 'countries'?"),
        ({"study_end": "2017-02-29"}, "expected a date as YYYY-MM-DD"),
        ({"study_end": "20171231"}, 'cannot be "20171231"'),
        ({"study_end": ["2017-12-31"]}, "'study_end' cannot be"),
        ({"adult_age_years": 151}, "expected a whole number from 0 to 150"),
        ({"adult_age_years": 17.5}, "expected a whole number from 0 to 150"),
        ({"adult_age_years": True}, "expected a whole number from 0 to 150"),
        ({"adult_age_years": "1e2"}, "expected a whole number from 0 to 150"),
        ({"adult_age_years": "٣"}, "expected a whole number from 0 to 150"),
        ({"days_per_month": 27.9}, "from 28 to 31"),
        ({"days_per_month": "nan"}, "from 28 to 31"),
        ({"days_per_month": 30.43750001}, "of at most 6 decimals"),
        ({"cycle_length_days": 0}, "from 1 to 3660"),
        ({"countries": ["FR", "UK"]}, "distinct terms of 'country'"),
        ({"countries": ["FR", "FR"]}, "distinct terms of 'country'"),
        ({"countries": []}, "distinct terms of 'country'"),
        ({"countries": {"FR": 1}}, "distinct terms of 'country'"),
        ({"access_program": "expanded"}, "terms of expanded_access, commercial"),
        ({"index_drug": "a'; drop table x; --"}, "a text of letters"),
        ({"index_drug": ""}, "a text of letters"),
        ({"index_drug": None}, "a text of letters"),
        ({"enrolment_end": "2013-12-31"}, "before 'enrolment_start', 2014-01-01"),
        ({"study_end": "2017-06-29"}, "before 'enrolment_end', 2017-06-30"),
    ],
)
def test_a_value_that_cannot_be_is_told_with_what_was_expected(given, said):
    (fault,) = parameter_faults(given)
    assert fault.startswith("--vars: ") and said in fault
