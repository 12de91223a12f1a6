"""Log-rank and Gray's test: R on real patients, lifelines, identities, and refusals."""

import csv
import json
import random
from math import isnan
from pathlib import Path

import numpy as np
import pytest
from lifelines.statistics import multivariate_logrank_test
from mart_fixtures import analysis
from survival import Counts, Warehouse, gray, log_rank
from survival.cli import main
from survival.comparisons import KNOWN_LATER, NO_EVENT, ONE_GROUP, compare, format_p
from survival.errors import CountsError

BMT = Path(__file__).parents[2] / "data" / "bmt"
REFERENCE = json.loads((BMT / "reference.json").read_text(encoding="utf-8"))["tests"]
GROUPS = {"three_groups": ("1", "2", "3"), "mrd_pos_ph_neg_v_ph_pos": ("2", "3")}
DFS_COLUMNS = ("t2", "d3")


def bmt_counts(comparison, time, event, competing=None):
    """Counts of each group, in days from transplant."""
    with open(BMT / "original.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Counts.from_times(
            [int(row[time]) for row in rows if row["group"] == group],
            [
                2 if competing and row[competing] == "1" else int(row[event])
                for row in rows
                if row["group"] == group
            ],
        )
        for group in GROUPS[comparison]
    ]


def assert_is(result, expected, statistic):
    assert result.statistic == pytest.approx(expected[statistic], rel=1e-9, abs=1e-9)
    assert result.p_value == pytest.approx(expected["p"], rel=1e-9, abs=1e-9)
    assert result.degrees_of_freedom == expected["df"]


@pytest.mark.parametrize("comparison", GROUPS)
def test_the_log_rank_test_equals_r(comparison):
    expected = REFERENCE[comparison]
    result = log_rank(bmt_counts(comparison, "t1", "d1"))
    assert_is(result, expected["log_rank_os"], "chisq")
    result = log_rank(bmt_counts(comparison, *DFS_COLUMNS))
    assert_is(result, expected["log_rank_dfs"], "chisq")


@pytest.mark.parametrize("comparison", GROUPS)
@pytest.mark.parametrize(
    ("name", "cause"), [("nrm", "event"), ("relapse", "competing")]
)
def test_gray_s_test_equals_cmprsk(comparison, name, cause):
    counts = bmt_counts(comparison, *DFS_COLUMNS, competing="d2")
    assert_is(gray(counts, cause=cause), REFERENCE[comparison]["gray"][name], "stat")


def random_groups(seed, *, n_groups=3, statuses=(0, 1, 2), shift=0):
    """Groups of 12 to 40 patients on 30 days, so that most days are tied."""
    source = random.Random(seed)
    groups = []
    for place in range(n_groups):
        times = [
            source.randint(0, 30) + place * shift for _ in range(source.randint(12, 40))
        ]
        groups.append((times, [source.choice(statuses) for _ in times]))
    return groups


@pytest.mark.parametrize("seed", range(12))
def test_the_log_rank_test_equals_lifelines_on_ties(seed):
    groups = random_groups(seed, statuses=(0, 1, 1))
    ours = log_rank([Counts.from_times(*group) for group in groups])
    theirs = multivariate_logrank_test(
        np.concatenate([times for times, _ in groups]),
        np.repeat(range(len(groups)), [len(times) for times, _ in groups]),
        np.concatenate([status for _, status in groups]),
    )
    assert ours.statistic == pytest.approx(theirs.test_statistic, rel=1e-9)
    assert ours.p_value == pytest.approx(theirs.p_value, rel=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_groups_and_an_empty_day_change_nothing(seed):
    groups = [Counts.from_times(*g) for g in random_groups(seed, shift=5)]
    for test in (log_rank, gray):
        first, second = test(groups), test(groups[::-1])
        assert first.statistic == pytest.approx(second.statistic, rel=1e-9)
        assert first.degrees_of_freedom == 2


def test_gray_s_test_is_not_the_log_rank_test_of_the_cause():
    groups = [Counts.from_times(*group) for group in random_groups(3, shift=8)]
    assert abs(gray(groups).statistic - log_rank(groups).statistic) > 0.05


def test_both_keep_their_level_where_groups_are_alike():
    statistics = {log_rank: [], gray: []}
    for seed in range(250):
        groups = [Counts.from_times(*g) for g in random_groups(seed, n_groups=2)]
        for test, found in statistics.items():
            found.append(test(groups).statistic)
    for found in statistics.values():
        # Chi-squared on one degree of freedom: 5% above 3.84, the mean 1.
        assert 0.02 < np.mean(np.array(found) > 3.841) < 0.09
        assert 0.75 < np.mean(found) < 1.25


def test_groups_that_cannot_differ_give_no_number():
    dead = Counts.from_times([4, 5], [1, 1])
    censored = Counts.from_times([2, 3], [0, 0])
    for test in (log_rank, gray):
        result = test([dead, censored])
        assert result.degrees_of_freedom == 0
        assert isnan(result.statistic) and isnan(result.p_value)
    with pytest.raises(CountsError, match="at least two groups, not 1"):
        log_rank([dead])


def test_a_group_that_leaves_before_the_first_event_takes_no_part():
    groups = [Counts.from_times(*group) for group in random_groups(5, n_groups=2)]
    later = [
        Counts.from_times(counts.time_days.repeat(counts.n_exits) + 9, statuses)
        for counts, (_, statuses) in zip(groups, random_groups(5), strict=False)
    ]
    gone = Counts.from_times([1, 2], [0, 0])
    for test in (log_rank, gray):
        assert test([*later, gone]) == test(later)


def test_what_is_known_later_is_not_tested_and_halves_are():
    alike = {"responder": Counts.from_times([5, 9], [1, 0])}
    alike["nonresponder"] = Counts.from_times([4, 8], [1, 1])
    naive = analysis("rr__os__by_x", "rr", "os", stratum_variable="x", is_exempt=True)
    plain = analysis("rr__os__by_y", "rr", "os", stratum_variable="y")
    alone = analysis("rr__os__by_z", "rr", "os", stratum_variable="z")
    nobody = analysis("rr__rfs__by_y", "rr", "rfs", stratum_variable="y")
    halves = [
        analysis(
            f"{half}__nrm_after_hsct", half, "nrm_after_hsct", competing_role="event"
        )
        for half in ("rr_ph_neg", "rr_ph_pos")
    ]
    counts = {
        naive.analysis_id: alike,
        plain.analysis_id: alike,
        alone.analysis_id: {"yes": alike["responder"]},
        nobody.analysis_id: {
            "a": Counts.from_times([4], [0]),
            "b": Counts.from_times([4], [0]),
        },
        halves[0].analysis_id: {"all": Counts.from_times([4, 5, 6], [1, 2, 0])},
        halves[1].analysis_id: {"all": Counts.from_times([3, 7, 8], [2, 1, 0])},
    }
    found = compare(
        [naive, plain, alone, nobody, *halves],
        counts,
        siblings=[[half.population for half in halves]],
    )
    assert [c.reason for c in found] == [
        KNOWN_LATER,
        None,
        ONE_GROUP,
        NO_EVENT,
        None,
        None,
    ]
    assert found[1].result == log_rank([alike["responder"], alike["nonresponder"]])
    members = [counts[half.analysis_id]["all"] for half in halves]
    assert [c.curve for c in found[4:]] == ["non-relapse mortality", "relapse"]
    assert found[4].result == gray(members)
    assert found[5].result == gray(members, cause="competing")
    assert found[5].groups == ("rr_ph_neg", "rr_ph_pos")


def test_a_p_value_is_rounded_once():
    assert format_p(0.0006) == "0.001"
    assert format_p(0.04963) == "0.050"
    assert format_p(0.00049) == "< 0.001"


def test_the_report_and_the_estimates_show_tests_only_when_asked(bmt, tmp_path, capsys):
    with Warehouse(bmt.warehouse) as warehouse:
        ids = ("mrd_pos_ph_neg__nrm_after_hsct", "mrd_pos_ph_pos__nrm_after_hsct")
        expected = gray([warehouse.counts(name) for name in ids])
    arguments = ["--warehouse", str(bmt.warehouse), "--analysis", "mrd_pos"]
    assert main(["estimate", *arguments]) == 0
    assert "log-rank" not in capsys.readouterr().out
    assert main(["estimate", *arguments, "--tests", "--format", "json"]) == 0
    tests = json.loads(capsys.readouterr().out)["tests"]
    (record,) = (
        found
        for found in tests["comparisons"]
        if found["analyses"] == list(ids) and found["curve"] == "non-relapse mortality"
    )
    assert record["result"]["p_value"] == expected.p_value
    assert "descriptive" in tests["caution"]
    for asked, folder in (([], tmp_path / "no"), (["--tests"], tmp_path / "yes")):
        assert main(["report", *arguments, *asked, "--output", str(folder)]) == 0
        text = (folder / "index.html").read_text(encoding="utf-8")
        assert ("The study is descriptive and tests no hypothesis" in text) == bool(
            asked
        )
        assert ("No analysis here tests a hypothesis" in text) != bool(asked)
        assert (folder / "tables" / "tests.csv").exists() == bool(asked)
    lines = (folder / "tables" / "tests.csv").read_text(encoding="utf-8")
    assert f"{expected.statistic:.2f} (1),{format_p(expected.p_value)}" in lines


def test_the_estimates_print_tests_as_a_table_and_as_csv(bmt, capsys):
    arguments = ["estimate", "--warehouse", str(bmt.warehouse), "--tests"]
    chosen = [*arguments, "--analysis", "mrd_pos__os__by_ph_status"]
    assert main(chosen) == 0
    out = capsys.readouterr().out
    expected = REFERENCE["mrd_pos_ph_neg_v_ph_pos"]["log_rank_os"]
    assert f"{expected['chisq']:.2f} (1)" in out
    assert "< 0.001" in out and "exploratory" in out
    assert main([*chosen, "--format", "csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    (p_value,) = (row for row in rows if row["statistic"] == "p_value")
    assert float(p_value["estimate"]) == pytest.approx(expected["p"], rel=1e-9)
    assert main([*arguments, "--analysis", "mrd_pos__os"]) == 0
    assert main([*arguments, "--analysis", "rr_ph_pos__follow_up"]) == 0
    assert "no analysis asked for has groups" in capsys.readouterr().out


def test_tests_of_a_masked_report_are_refused(capsys):
    assert main(["report", "--tests", "--minimum-cell", "5"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "--tests and --minimum-cell exclude each other" in said
