"""Estimators against exact fractions worked by hand."""

from fractions import Fraction as F
from math import exp, isnan, log, sqrt

import numpy as np
import pytest
from survival import (
    Counts,
    cumulative_incidence,
    exponential_incidence,
    kaplan_meier,
    median_follow_up,
    reverse_kaplan_meier,
)
from survival.errors import CountsError

EXACT = 1e-14
Z = 1.959963984540054

# Ten patients: deaths on 2, 2, 5, 9; censored on 2, 5, 7, 12, 12, 12. The tied days 2
# and 5 have events before censorings.
TIED_TIMES = [2, 2, 2, 5, 5, 7, 9, 12, 12, 12]
TIED_STATUS = [1, 1, 0, 1, 0, 0, 1, 0, 0, 0]


def counts(times, status):
    return Counts.from_times(times, status)


def test_kaplan_meier_counts_events_before_censorings():
    curve = kaplan_meier(counts(TIED_TIMES, TIED_STATUS))
    expected = [F(8, 10), F(8, 10) * F(6, 7), F(24, 35), F(24, 35) * F(3, 4)]
    assert curve.time_days.tolist() == [2, 5, 7, 9, 12]
    np.testing.assert_allclose(
        curve.estimate, [float(s) for s in [*expected, expected[-1]]], rtol=EXACT
    )


def test_greenwood_variance_and_log_log_limits():
    curve = kaplan_meier(counts(TIED_TIMES, TIED_STATUS))
    survival = F(24, 35)
    greenwood = F(2, 10 * 8) + F(1, 7 * 6)
    std_error = float(survival) * sqrt(greenwood)
    assert curve.std_error[1] == pytest.approx(std_error, rel=1e-13)
    spread = Z * sqrt(greenwood) / log(survival)
    low, high = (exp(-exp(log(-log(survival)) - sign * spread)) for sign in (1, -1))
    assert curve.ci_low[1] == pytest.approx(low, rel=1e-12)
    assert curve.ci_high[1] == pytest.approx(high, rel=1e-12)
    assert low < float(survival) < high


def test_limits_are_undefined_where_survival_is_one_or_zero():
    curve = kaplan_meier(counts([1, 2, 3], [0, 1, 1]))
    assert curve.estimate.tolist() == pytest.approx([1, 0.5, 0])
    assert np.isnan(curve.ci_low).tolist() == [True, False, True]
    assert np.isnan(curve.ci_high).tolist() == [True, False, True]
    assert curve.std_error[0] == 0
    assert isnan(curve.std_error[2])


def test_events_of_day_zero_count():
    curve = kaplan_meier(counts([0, 0, 3, 5], [1, 0, 1, 0]))
    np.testing.assert_allclose(curve.estimate, [3 / 4, 3 / 8, 3 / 8], rtol=EXACT)
    incidence = cumulative_incidence(counts([0, 0, 3, 5], [1, 2, 1, 0]))
    np.testing.assert_allclose(incidence.estimate, [1 / 4, 1 / 2, 1 / 2], rtol=EXACT)
    assert curve.at_day(0).estimate == pytest.approx(0.75)


def test_median_is_the_first_day_below_one_half():
    median = kaplan_meier(counts([3, 8, 10], [1, 1, 1])).median
    assert (median.days, median.is_midpoint, median.n_at_risk) == (8, False, 2)


@pytest.mark.parametrize("n", range(2, 402, 2))
def test_median_rests_on_exactly_one_half(n):
    # Without a tolerance, rounding in a chain of floats moves this by a whole step.
    median = kaplan_meier(counts(np.arange(1, n + 1), np.ones(n, dtype=int))).median
    assert (median.days, median.is_midpoint) == ((n + 1) / 2, True)


def test_median_stretch_without_later_event_ends_on_the_last_day():
    # Five of ten die; the rest are censored, the last on day 118 (R: 102.5).
    times = [10, 20, 40, 60, 87, 90, 95, 100, 110, 118]
    median = kaplan_meier(counts(times, [1] * 5 + [0] * 5)).median
    assert (median.days, median.is_midpoint) == (102.5, True)


def test_median_limits_cross_only_above_zero():
    # S falls from 2/3 to 0: only the lower band crosses one half while S is above 0.
    median = kaplan_meier(counts([1, 2, 2], [1, 1, 1])).median
    assert (median.days, median.ci_low) == (2, 1)
    assert isnan(median.ci_high)
    only_death = kaplan_meier(counts([4], [1])).median
    assert (only_death.days, only_death.n_at_risk) == (4, 1)
    assert isnan(only_death.ci_low) and isnan(only_death.ci_high)


def test_median_never_crossed_is_not_estimable():
    median = kaplan_meier(counts([1, 2, 3], [1, 0, 0])).median
    assert isnan(median.days) and median.n_at_risk is None


def test_estimates_past_the_last_day_are_not_estimable():
    curve = kaplan_meier(counts([10, 366], [1, 0]))
    assert curve.at_month(12, days_per_month=30.5).estimate == pytest.approx(0.5)
    assert isnan(curve.at_month(12.1, days_per_month=30.5).estimate)
    fell = kaplan_meier(counts([10, 20], [1, 1])).at_day(500)
    assert fell.estimate == 0 and isnan(fell.std_error) and fell.n_at_risk == 0


def test_a_time_point_between_days_takes_the_day_before_it():
    # 6 x 30.4375 = 182.625: the estimate is that of day 182, at risk are those of 183.
    curve = kaplan_meier(counts([182, 183, 400], [1, 1, 0]))
    point = curve.at_month(6, days_per_month=30.4375)
    assert point.estimate == pytest.approx(2 / 3)
    assert point.n_at_risk == 2
    assert kaplan_meier(counts([301, 400], [1, 0])).at_month(
        10, days_per_month=30.1
    ).estimate == pytest.approx(0.5)


def test_before_the_first_day_survival_is_one_without_limits():
    point = kaplan_meier(counts([10, 20], [1, 0])).at_day(9)
    assert (point.estimate, point.std_error, point.n_at_risk) == (1, 0, 2)
    assert isnan(point.ci_low) and isnan(point.ci_high)


def test_deaths_leave_before_follow_up_ends_on_the_same_day():
    # Seven patients; on day 4 one dies and one is censored. Tie-correct first step
    # 1 - 1/6; flipping the indicator would give 1 - 1/7.
    times, status = [4, 4, 6, 8, 9, 10, 11], [1, 0, 0, 0, 0, 0, 0]
    curve = reverse_kaplan_meier(counts(times, status))
    assert curve.estimate[0] == pytest.approx(float(F(5, 6)), rel=EXACT)
    assert curve.std_error[0] == pytest.approx(
        float(F(5, 6)) * sqrt(F(1, 6 * 5)), rel=1e-13
    )
    assert curve.counts.n_at_risk[0] == 7


def test_a_tied_death_moves_the_median_follow_up():
    # Deaths on day 2 (two); ends of follow-up on 2, 5. Tie-correct: 1/2 after day 2;
    # the flip gives 3/4 and would say 5.
    times, status = [2, 2, 2, 5], [1, 1, 0, 0]
    curve = reverse_kaplan_meier(counts(times, status))
    assert curve.estimate.tolist() == pytest.approx([0.5, 0])
    assert median_follow_up(counts(times, status)).days == 3.5


def test_median_follow_up_on_day_zero_ties():
    curve = reverse_kaplan_meier(counts([0, 0, 7], [1, 0, 0]))
    assert curve.estimate.tolist() == pytest.approx([0.5, 0])


# Ten patients, both causes tied on days 5 and 10 with a censoring, and on day 12.
RIVAL_TIMES = [5, 5, 5, 5, 5, 5, 10, 10, 12, 12]
RIVAL_STATUS = [1, 1, 2, 0, 1, 2, 1, 2, 2, 0]


def test_aalen_johansen_handles_both_causes_at_once():
    incidence = cumulative_incidence(counts(RIVAL_TIMES, RIVAL_STATUS))
    competing = cumulative_incidence(
        counts(RIVAL_TIMES, RIVAL_STATUS), cause="competing"
    )
    event_free = kaplan_meier(counts(RIVAL_TIMES, RIVAL_STATUS), competing="event")
    own = [F(3, 10), F(3, 10) + F(1, 2) * F(1, 4), F(17, 40)]
    other = [F(2, 10), F(2, 10) + F(1, 8), F(13, 40) + F(1, 4) * F(1, 2)]
    np.testing.assert_allclose(incidence.estimate, [float(x) for x in own], rtol=EXACT)
    np.testing.assert_allclose(
        competing.estimate, [float(x) for x in other], rtol=EXACT
    )
    np.testing.assert_allclose(
        event_free.estimate + incidence.estimate + competing.estimate, 1, rtol=EXACT
    )


def variance_by_definition(times, status, day, *, cause=1):
    """The double sum of the docstring in fractions, term by term."""
    steps, survival, incidence = [], F(1), F(0)
    table = counts(times, status)
    for s, n, d1, d2 in zip(
        table.time_days.tolist(),
        table.n_at_risk.tolist(),
        table.n_event.tolist(),
        table.n_competing.tolist(),
        strict=True,
    ):
        if s > day:
            break
        own, other = (d1, d2) if cause == 1 else (d2, d1)
        after = survival * F(n - d1 - d2, n)
        incidence += survival * F(own, n)
        steps.append((survival, after, incidence, n, own, other))
        survival = after
    total = F(0)
    for before, after, at_step, n, own, other in steps:
        for is_own, d in ((1, own), (0, other)):
            if d:
                tied = F(n - d, n - 1) if d > 1 else F(1)
                drop = (incidence - at_step) / after if after else F(0)
                total += (is_own - drop) ** 2 * before**2 * F(d, n * n) * tied
    return total


@pytest.mark.parametrize("cause", ["event", "competing"])
@pytest.mark.parametrize("day", [5, 10, 12])
def test_aalen_type_variance_by_its_definition(day, cause):
    curve = cumulative_incidence(counts(RIVAL_TIMES, RIVAL_STATUS), cause=cause)
    exact = variance_by_definition(
        RIVAL_TIMES, RIVAL_STATUS, day, cause=1 if cause == "event" else 2
    )
    assert curve.at_day(day).std_error == pytest.approx(sqrt(exact), rel=1e-13)


def test_variance_of_the_first_step_is_hypergeometric():
    # V = S(0)^2 d/n^2 (n - d)/(n - 1) = 3/100 x 7/9
    curve = cumulative_incidence(counts(RIVAL_TIMES, RIVAL_STATUS))
    assert curve.std_error[0] ** 2 == pytest.approx(float(F(21, 900)), rel=1e-13)


def test_limits_of_the_incidence_on_both_scales():
    table = counts(RIVAL_TIMES, RIVAL_STATUS)
    plain = cumulative_incidence(table)
    estimate, std_error = plain.estimate[0], plain.std_error[0]
    spread = Z * std_error / estimate
    assert plain.ci_low[0] == pytest.approx(estimate * exp(-spread), rel=1e-12)
    assert plain.ci_high[0] == pytest.approx(estimate * exp(spread), rel=1e-12)
    double = cumulative_incidence(table, transformation="log-log")
    power = Z * std_error / (estimate * log(estimate))
    assert double.ci_low[0] == pytest.approx(estimate ** exp(-power), rel=1e-12)
    assert double.ci_high[0] == pytest.approx(estimate ** exp(power), rel=1e-12)


def test_no_event_of_the_cause_has_no_limits():
    curve = cumulative_incidence(counts([1, 2, 3], [2, 0, 1]))
    assert curve.estimate[:2].tolist() == [0, 0]
    assert curve.std_error[:2].tolist() == [0, 0]
    assert np.isnan(curve.ci_low[:2]).all() and np.isnan(curve.ci_high[:2]).all()


def test_incidence_stands_for_ever_once_all_have_had_an_event():
    curve = cumulative_incidence(counts([1, 2], [1, 2]))
    assert curve.at_day(99).estimate == pytest.approx(0.5)
    assert isnan(cumulative_incidence(counts([1, 2], [1, 0])).at_day(99).estimate)


def test_variance_cancels_where_all_have_had_the_event():
    # The last two leave together: what is left of the variance is exactly 0, and a
    # rounding error of 1e-17 in it would be one of 1e-9 in its root.
    times = [*range(1, 40), 50, 50]
    curve = cumulative_incidence(counts(times, [1] * len(times)))
    assert curve.estimate[-1] == pytest.approx(1)
    assert curve.std_error[-1] < 1e-12


def test_exponential_form_of_the_printed_points():
    # One event among five and among six at risk: 18.1 and 15.4 percent as printed.
    for n, printed in ((5, 18.1), (6, 15.4)):
        table = counts([30] + [400] * (n - 1), [1] + [0] * (n - 1))
        assert round(100 * exponential_incidence(table).estimate[0], 1) == printed
        assert isnan(exponential_incidence(table).at_day(0).std_error)
    both = exponential_incidence(counts([1, 2, 3, 4], [1, 2, 1, 0]))
    assert both.estimate[2] == pytest.approx(1 - exp(-(1 / 4 + (1 / 4) / (3 / 4))))


def test_competing_events_need_a_reading():
    table = counts([1, 2, 3], [1, 2, 0])
    with pytest.raises(CountsError, match="competing='event'"):
        kaplan_meier(table)
    net = kaplan_meier(table, competing="censoring")
    assert net.estimate.tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3])
    free = kaplan_meier(table, competing="event")
    assert free.estimate.tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 3])


def test_nobody_gives_an_empty_curve():
    nobody = counts([], [])
    curve = kaplan_meier(nobody)
    assert isnan(curve.median.days) and isnan(curve.at_day(0).estimate)
    assert len(cumulative_incidence(nobody).estimate) == 0
    assert len(exponential_incidence(nobody).estimate) == 0


def test_results_cannot_be_changed():
    curve = kaplan_meier(counts([1, 2], [1, 0]))
    with pytest.raises(ValueError, match="read-only"):
        curve.estimate[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        curve.counts.n_at_risk[0] = 1


@pytest.mark.parametrize(
    ("times", "status", "message"),
    [
        ([-1, 2], [1, 0], "negative value -1"),
        ([1, 2], [1, 3], "status 3 is not one of 0"),
        ([1, 2], [1], "one status per patient"),
        ([1.5, 2], [1, 0], "whole numbers"),
        ([float("nan"), 2], [1, 0], "whole numbers"),
        ([None, 2], [1, 0], "no value at position 0"),
        ([[1], [2]], [1, 0], "one dimension"),
    ],
)
def test_impossible_patients_are_refused_with_the_remedy(times, status, message):
    with pytest.raises(CountsError, match=message):
        counts(times, status)


def test_a_wrong_risk_set_is_refused():
    rows = {
        "time_days": [1, 2],
        "n_event": [1, 1],
        "n_competing": [0, 0],
        "n_censored": [0, 0],
    }
    assert Counts(n_at_risk=[2, 1], **rows).n == 2
    with pytest.raises(CountsError, match="risk set is wrong after day 1"):
        Counts(n_at_risk=[2, 2], **rows)
    with pytest.raises(CountsError, match="increase strictly"):
        Counts(**{**rows, "time_days": [2, 1]}, n_at_risk=[2, 1])
    with pytest.raises(CountsError, match="no column n_at_risk"):
        Counts.from_rows([{"time_days": 1}])


@pytest.mark.parametrize("seed", range(20))
def test_no_curve_turns_back_by_a_rounding_error(seed):
    rng = np.random.default_rng(seed)
    table = counts(
        rng.integers(0, 900, 400), rng.choice([0, 1, 2], 400, p=[0.6, 0.3, 0.1])
    )
    survival = kaplan_meier(table, competing="event").estimate
    steps = np.diff(survival, prepend=1.0)
    is_event_day = (table.n_event + table.n_competing) > 0
    assert ((steps < 0) == is_event_day).all() and (steps <= 0).all()
    followed = np.diff(reverse_kaplan_meier(table).estimate, prepend=1.0)
    assert ((followed < 0) == (table.n_censored > 0)).all() and (followed <= 0).all()
    for cause, n_cause in (("event", table.n_event), ("competing", table.n_competing)):
        incidence = cumulative_incidence(table, cause=cause).estimate
        steps = np.diff(incidence, prepend=0.0)
        assert ((steps > 0) == (n_cause > 0)).all() and (steps >= 0).all()
