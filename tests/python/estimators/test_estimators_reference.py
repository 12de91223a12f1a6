"""Estimators against R, scikit-survival and themselves in another order."""

import csv
import json
import random
from math import isnan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sksurv.nonparametric import (
    cumulative_incidence_competing_risks,
    kaplan_meier_estimator,
)
from survival import (
    Counts,
    cumulative_incidence,
    kaplan_meier,
    reverse_kaplan_meier,
)

BMT = Path(__file__).parents[2] / "data" / "bmt"
REFERENCE = json.loads((BMT / "reference.json").read_text(encoding="utf-8"))
GROUPS = {"1": "rr_ph_neg", "2": "mrd_pos_ph_neg", "3": "mrd_pos_ph_pos"}
DAYS_PER_MONTH = 30.4375
TOLERANCE = 1e-9


def bmt_counts(population, endpoint):
    """Times of one group in the study's endpoints: see the README of the data."""
    with open(BMT / "original.csv", encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if GROUPS[r["group"]] == population]
    time, shift, event = {
        "os": ("t1", 10, "d1"),
        "follow_up": ("t1", 10, "d1"),
        "dfs": ("t2", 10, "d3"),
        "rfs": ("t2", 5, "d3"),
        "nrm_after_hsct": ("t2", 0, "d3"),
    }[endpoint]
    status = [int(row[event]) for row in rows]
    if endpoint == "nrm_after_hsct":
        status = [
            2 if row["d2"] == "1" else s for row, s in zip(rows, status, strict=True)
        ]
    return Counts.from_times([int(row[time]) + shift for row in rows], status)


CASES = [
    (population, endpoint)
    for population in GROUPS.values()
    for endpoint in REFERENCE[population]
]


def same(ours, theirs):
    if theirs is None:
        assert isnan(ours)
    else:
        assert ours == pytest.approx(theirs, abs=TOLERANCE)


@pytest.mark.parametrize(
    ("population", "endpoint"), [c for c in CASES if c[1] != "nrm_after_hsct"]
)
def test_kaplan_meier_equals_r(population, endpoint):
    expected = REFERENCE[population][endpoint]
    counts = bmt_counts(population, endpoint)
    fit = reverse_kaplan_meier if endpoint == "follow_up" else kaplan_meier
    curve = fit(counts)
    assert curve.counts.n == expected["n"]
    assert curve.counts.n_event.sum() == expected["n_event"]
    assert curve.counts.last_day == expected["last_day"]
    same(curve.median.days, expected["median_days"])
    same(curve.median.ci_low, expected["median_low"])
    same(curve.median.ci_high, expected["median_high"])
    for row, month in enumerate(expected["month"]):
        point = curve.at_month(month, days_per_month=DAYS_PER_MONTH)
        for name in ("estimate", "std_error", "ci_low", "ci_high"):
            same(getattr(point, name), expected[name][row])
        assert point.n_at_risk == expected["n_at_risk"][row]


@pytest.mark.parametrize("population", GROUPS.values())
def test_cumulative_incidence_equals_cuminc(population):
    expected = REFERENCE[population]["nrm_after_hsct"]
    counts = bmt_counts(population, "nrm_after_hsct")
    curve = cumulative_incidence(counts)
    competing = cumulative_incidence(counts, cause="competing")
    assert counts.n == expected["n"]
    assert counts.n_event.sum() == expected["n_event"]
    assert counts.n_competing.sum() == expected["n_competing"]
    assert counts.last_day == expected["last_day"]
    for row, month in enumerate(expected["month"]):
        point = curve.at_month(month, days_per_month=DAYS_PER_MONTH)
        same(point.estimate, expected["estimate"][row])
        same(point.std_error, expected["std_error_cuminc"][row])
        same(point.ci_low, expected["ci_low_cuminc_log"][row])
        same(point.ci_high, expected["ci_high_cuminc_log"][row])
        other = competing.at_month(month, days_per_month=DAYS_PER_MONTH)
        same(other.estimate, expected["competing"][row])


# Few distinct days and many patients: ties between events, causes and censorings.
patients = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from([0, 0, 1, 1, 2])),
    min_size=1,
    max_size=40,
).map(lambda rows: ([t for t, _ in rows], [s for _, s in rows]))


@settings(deadline=None, max_examples=80)
@given(patients)
def test_kaplan_meier_equals_scikit_survival(rows):
    times, status = np.array(rows[0]), np.array(rows[1])
    curve = kaplan_meier(Counts.from_times(times, status), competing="censoring")
    days, survival, limits = kaplan_meier_estimator(
        status == 1, times, conf_type="log-log"
    )
    np.testing.assert_array_equal(curve.time_days, days)
    np.testing.assert_allclose(curve.estimate, survival, rtol=0, atol=1e-12)
    inside = (survival > 0) & (survival < 1)
    np.testing.assert_allclose(curve.ci_low[inside], limits[0][inside], atol=1e-9)
    np.testing.assert_allclose(curve.ci_high[inside], limits[1][inside], atol=1e-9)


@settings(deadline=None, max_examples=80)
@given(patients)
def test_reverse_kaplan_meier_equals_scikit_survival(rows):
    times, status = np.array(rows[0]), np.array(rows[1])
    curve = reverse_kaplan_meier(Counts.from_times(times, status))
    days, following = kaplan_meier_estimator(status > 0, times, reverse=True)
    np.testing.assert_array_equal(curve.time_days, days)
    np.testing.assert_allclose(curve.estimate, following, rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=80)
@given(patients)
def test_aalen_johansen_equals_scikit_survival(rows):
    times, status = np.array(rows[0]), np.array(rows[1])
    if set(status.tolist()) & {1, 2} != {1, 2}:
        return
    counts = Counts.from_times(times, status)
    event, competing = (
        cumulative_incidence(counts, cause=cause) for cause in ("event", "competing")
    )
    days, incidence = cumulative_incidence_competing_risks(status, times)
    np.testing.assert_array_equal(event.time_days, days)
    np.testing.assert_allclose(event.estimate, incidence[1], rtol=0, atol=1e-12)
    np.testing.assert_allclose(competing.estimate, incidence[2], rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=80)
@given(patients)
def test_aalen_type_variance_equals_scikit_survival_without_ties(rows):
    # scikit-survival has another tie correction, and none of cmprsk's rule for the
    # day that leaves nobody: so no ties, and the last patient is censored.
    status = np.array([*rows[1], 0])
    if set(status.tolist()) & {1, 2} != {1, 2}:
        return
    times = np.arange(len(status))
    curve = cumulative_incidence(
        Counts.from_times(times, status), transformation="log-log"
    )
    _, _, limits = cumulative_incidence_competing_risks(
        status, times, conf_type="log-log", var_type="Aalen"
    )
    inside = (curve.estimate > 0) & (curve.estimate < 1)
    for ours, theirs in zip((curve.ci_low, curve.ci_high), limits[1], strict=True):
        np.testing.assert_allclose(ours[inside], theirs[inside], rtol=0, atol=1e-9)


@settings(deadline=None, max_examples=80)
@given(patients)
def test_incidences_and_survival_sum_to_one(rows):
    counts = Counts.from_times(*rows)
    total = sum(
        cumulative_incidence(counts, cause=cause).estimate
        for cause in ("event", "competing")
    )
    survival = kaplan_meier(counts, competing="event").estimate
    np.testing.assert_allclose(survival + total, 1, rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(patients, st.randoms(use_true_random=False))
def test_order_of_the_patients_does_not_matter(rows, shuffler: random.Random):
    pairs = list(zip(*rows, strict=True))
    shuffler.shuffle(pairs)
    ours = Counts.from_times(*rows)
    theirs = Counts.from_times(*zip(*pairs, strict=True))
    for name in ("estimate", "std_error", "ci_low", "ci_high"):
        for fit in (
            lambda c: kaplan_meier(c, competing="event"),
            cumulative_incidence,
        ):
            assert (
                getattr(fit(ours), name).tobytes()
                == getattr(fit(theirs), name).tobytes()
            )


@settings(deadline=None, max_examples=40)
@given(patients)
def test_rows_of_the_event_table_give_the_counts_back(rows):
    counts = Counts.from_times(*rows)
    names = ("time_days", "n_at_risk", "n_event", "n_competing", "n_censored")
    table = [
        dict(zip(names, values, strict=True))
        for values in zip(*(getattr(counts, name) for name in names), strict=True)
    ]
    again = Counts.from_rows(reversed(table))
    for name in names:
        np.testing.assert_array_equal(getattr(counts, name), getattr(again, name))
