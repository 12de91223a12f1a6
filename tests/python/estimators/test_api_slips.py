"""Slips of a caller in Python: each ends in one line that names the remedy."""

from decimal import Decimal
from math import inf, isnan, nan

import numpy as np
import pandas as pd
import polars as pl
import pytest
from mart_fixtures import build_warehouse
from survival import (
    Counts,
    Warehouse,
    cumulative_incidence,
    exponential_incidence,
    gray,
    kaplan_meier,
    log_rank,
    median_follow_up,
    reverse_kaplan_meier,
)
from survival.errors import CountsError, WarehouseError

ROW = {
    "analysis_id": "all__os",
    "stratum": "no",
    "time_days": 5,
    "n_at_risk": 1,
    "n_event": 1,
    "n_competing": 0,
    "n_censored": 0,
}
GROUPS = {"no": Counts.from_times([4], [1]), "yes": Counts.from_times([6], [0])}
NAMED = {"a": 10, "b": 20, "c": 30}
ESTIMATORS = (
    kaplan_meier,
    reverse_kaplan_meier,
    median_follow_up,
    cumulative_incidence,
    exponential_incidence,
)


def series(values, labels):
    return pd.Series(values, index=list(labels))


def refusal(call, *args, **kwargs):
    """The message of the refusal: one line."""
    with pytest.raises(CountsError) as caught:
        call(*args, **kwargs)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_series_are_never_paired_by_place():
    times = series([10, 20, 30], "abc")
    message = refusal(Counts.from_times, times, series([0, 1, 1], "cba"))
    assert "same labels in another order" in message
    assert "status.reindex(time_days.index)" in message
    assert "other labels" in refusal(Counts.from_times, times, pd.Series([0, 1, 1]))


def test_series_of_one_index_and_columns_without_labels_are_paired():
    times, status = series([10, 20, 30], "abc"), series([1, 0, 1], "cba")
    aligned = Counts.from_times(times, status.reindex(times.index))
    assert aligned.n_event.tolist() == [1, 0, 1]
    assert Counts.from_times(times, [0, 1, 1]).n_event.tolist() == [0, 1, 1]
    doubled = series([7, 7], "aa")
    assert Counts.from_times(doubled, series([1, 0], "aa")).n == 2


def test_count_columns_of_different_indexes_are_refused():
    columns = {name: [1] for name in ("n_event", "n_competing", "n_censored")}
    message = refusal(
        Counts, time_days=series([1], "a"), n_at_risk=series([1], "b"), **columns
    )
    assert "time_days and n_at_risk" in message


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (np.ma.array([1, 2], mask=[0, 1]), "masked value would count"),
        ([1, np.ma.masked], "masked value would count"),
        (pd.DataFrame({"t": [1, 2]}), "is a table: give one column"),
        (pl.DataFrame({"t": [1, 2]}), "is a table: give one column"),
        (NAMED, "is a table: give one column"),
        ({1, 2}, "a set, which has no order"),
        ((day for day in (1, 2)), "a generator, not a column"),
        (None, "not a column"),
        (3, "not a column"),
        ("12", "is text"),
        (["1", "2"], "not text: convert"),
        (pl.Series(["1", "2"]), "not text: convert"),
        ([[1, 2], [3]], "lists of different lengths"),
        ([[1], [2]], "one dimension, not 2"),
        (pd.Series([1, None], dtype="Int64"), "without gaps"),
        (pl.Series([1, None]), "without gaps"),
        (pd.Series([1, pd.NA], dtype=object), "no value at position 1"),
        (pd.to_datetime(pd.Series(["2015-10-23"] * 2)), "holds dates: subtract"),
        (pd.to_timedelta(pd.Series([1, 2]), unit="D"), r"durations: pass their days"),
        ([Decimal(1), Decimal(2)], "not a Decimal"),
        ([1j, 2j], "not complex"),
        ([inf, 1], "without gaps"),
        ([10**15 * 86_400, 1], "above 2**53: give days"),
        ([10**30, 1], "above 2**53: give days"),
        (np.array([2**64 - 1, 1], dtype=np.uint64), "above 2**53: give days"),
        ([-1, 2], "the end lies before the origin"),
    ],
)
def test_times_that_are_no_days_are_refused(times, expected):
    message = refusal(Counts.from_times, times, [1, 0])
    assert message.startswith("time_days") and expected in message


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (pd.array([True, None], dtype="boolean"), "no value at position 1"),
        (pd.Series([1, pd.NA], dtype="Int64"), "without gaps"),
        (pd.Categorical(["dead", "alive"]), "not text: convert"),
        ([1, 3], "status 3 is not one of 0 (censored)"),
        ([1], "give one status per patient"),
    ],
)
def test_statuses_that_are_none_are_refused(status, expected):
    assert expected in refusal(Counts.from_times, [1, 2], status)


def test_swapped_arguments_are_told():
    assert "time_days comes first" in refusal(Counts.from_times, [1, 0], [300, 20])
    assert "comes second" in refusal(Counts.from_times, [True, False], [1, 0])


@pytest.mark.parametrize(
    ("times", "status"),
    [
        (range(1, 3), (True, False)),
        (pd.Series([1, 2], dtype="Int64"), pd.array([True, False], dtype="boolean")),
        (pd.Series([1, 2], dtype=object), pd.Series([1.0, 0.0])),
        (pl.Series([1, 2]), pl.Series([True, False])),
        (pd.Series([1, 2]).astype("category"), np.array([1, 0], dtype=np.uint8)),
    ],
)
def test_columns_that_lose_nothing_are_taken(times, status):
    counts = Counts.from_times(times, status)
    assert counts.time_days.tolist() == [1, 2]
    assert counts.n_event.tolist() == [1, 0]


def test_days_far_apart_are_counted_as_days_side_by_side():
    near, status = [0, 3, 3, 7], [1, 2, 0, 1]
    counts = Counts.from_times(near, status)
    far = Counts.from_times([10**6 * day for day in near], status)
    assert far.time_days.tolist() == [0, 3 * 10**6, 7 * 10**6]
    for name in ("n_at_risk", "n_event", "n_competing", "n_censored"):
        assert getattr(far, name).tolist() == getattr(counts, name).tolist()


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, list, tuple, iter])
def test_rows_are_taken_from_any_frame(frame):
    assert Counts.from_rows(frame([ROW])).n == 1


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([ROW, {**ROW, "stratum": "yes"}], "2 values of stratum (no, yes"),
        ([ROW, {**ROW, "analysis_id": "rr__os"}], "2 values of analysis_id"),
        ([{**ROW, "time_days": None}], "time_days has no value"),
        ({name: [value] for name, value in ROW.items()}, "of columns make Counts"),
        ([(5, 1, 1, 0, 0)], "list of mappings"),
        (None, "list of mappings"),
    ],
)
def test_rows_of_more_than_one_group_or_of_no_group_are_refused(rows, expected):
    assert expected in refusal(Counts.from_rows, rows)


@pytest.mark.parametrize("test", [log_rank, gray])
def test_tests_take_the_groups_as_the_warehouse_gives_them(test):
    expected = test(list(GROUPS.values()))
    assert test(GROUPS) == test(GROUPS.values()) == test(iter(GROUPS.values()))
    assert test(GROUPS) == expected


@pytest.mark.parametrize("test", [log_rank, gray])
@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (GROUPS["no"], "at least two groups, in a list"),
        ([GROUPS["no"]], "at least two groups, not 1"),
        ([GROUPS["no"]] * 2, "the same group twice"),
        (["no", "yes"], "takes Counts, not str"),
        ({"os": GROUPS, "rfs": GROUPS}, "takes Counts, not dict"),
    ],
)
def test_tests_of_no_groups_are_refused(test, groups, expected):
    assert expected in refusal(test, groups)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_estimators_say_what_they_take(estimator):
    assert "for name, group in" in refusal(estimator, GROUPS)
    assert "Counts.from_times" in refusal(estimator, pd.DataFrame([ROW]))


@pytest.mark.parametrize("confidence", [95, 0, 1, nan, "0.95", None])
@pytest.mark.parametrize("estimator", [kaplan_meier, cumulative_incidence])
def test_a_coverage_is_a_proportion(estimator, confidence):
    message = refusal(estimator, GROUPS["no"], confidence=confidence)
    assert "0.95 is 95%" in message


def test_a_word_that_an_option_does_not_know_is_refused():
    group = GROUPS["no"]
    assert "'event' or 'competing'" in refusal(gray, GROUPS, cause="relapse")
    assert "not 'os'" in refusal(exponential_incidence, group, cause="os")
    assert "not ['event']" in refusal(kaplan_meier, group, competing=["event"])


def test_alive_and_dead_coded_as_one_and_two_are_told():
    as_in_r = Counts.from_times([1, 2], [1, 2])
    assert "recode them as 0 and 1" in refusal(kaplan_meier, as_in_r)
    censored = Counts.from_times([1, 2, 3], [1, 2, 0])
    assert "recode" not in refusal(kaplan_meier, censored)


def test_an_estimate_at_an_unknown_time_is_unknown():
    curve = kaplan_meier(Counts.from_times([1, 2], [1, 0]))
    for point in (curve.at_day(nan), curve.at_month(nan, days_per_month="30.5")):
        assert isnan(point.estimate) and isnan(point.std_error)
        assert isnan(point.ci_low) and isnan(point.ci_high)
        assert point.n_at_risk is None
    for point in (curve.at_day(inf), curve.at_month(inf, days_per_month="30.5")):
        assert isnan(point.estimate) and point.n_at_risk == 0
    assert curve.at_day("1") == curve.at_day(np.float64(1)) == curve.at_day(Decimal(1))


@pytest.mark.parametrize("day", [None, [1, 2], np.array([1, 2]), pd.NA, "one"])
def test_a_time_point_is_one_number(day):
    curve = kaplan_meier(Counts.from_times([1, 2], [1, 0]))
    assert "must be one number" in refusal(curve.at_day, day)
    assert "must be one number" in refusal(curve.at_month, day, days_per_month=30)


@pytest.mark.parametrize("length", [0, -30.5, nan, inf, "thirty", None])
def test_a_month_has_a_length(length):
    curve = kaplan_meier(Counts.from_times([1, 2], [1, 0]))
    for call in (
        lambda: curve.at_month(1, days_per_month=length),
        lambda: curve.median.in_months(days_per_month=length),
        lambda: curve.plot(days_per_month=length or 0),
    ):
        assert "must be a positive number" in refusal(call)


def test_the_warehouse_names_what_it_has(tmp_path):
    with Warehouse(build_warehouse(tmp_path / "warehouse.duckdb")) as warehouse:
        groups = warehouse.counts_by_stratum("mrd_pos__os__by_ph_status")
        assert log_rank(groups).degrees_of_freedom == 1
        with pytest.raises(WarehouseError, match=r"no endpoint 'OS': it has .*os"):
            warehouse.time_to_event("OS")
        with pytest.raises(WarehouseError, match="no censoring_rule 'none'"):
            warehouse.time_to_event("os", censoring_rule="none")
        with pytest.raises(WarehouseError, match="no stratum_variable 'sex'"):
            warehouse.strata("sex")
        one = warehouse.find_analyses("rr_ph_neg__os__censored_at_hsct")
        assert [analysis.population for analysis in one] == ["rr_ph_neg"]
