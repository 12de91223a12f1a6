"""The survival tables in SQL: R's figures, exact fractions, no immortal time."""

import json
import random
import shutil
from fractions import Fraction
from math import exp, isclose, log, sqrt

import duckdb
import pandas as pd
import pytest
from dbt_builds import BMT_VARIABLES, DELIVERIES, PROJECT, build, project_copy
from exact_estimators import (
    days,
    exponential_incidence_exponent,
    incidence,
    median,
    product_limit,
)
from scipy.special import ndtri

REFERENCE = json.loads((PROJECT / "tests/data/bmt/reference.json").read_text())
DAYS_PER_MONTH = Fraction(str(BMT_VARIABLES["days_per_month"]))
EXPONENTIAL = "cumulative_incidence_exponential_percent"
MONTHS = (6, 12, 18, 24)
POPULATED = "analysis_patients"
SURVIVAL_MODELS = (
    "survival_event_table",
    "survival_curves",
    "survival_medians",
    "survival_summary",
)
Z = ndtri(0.975)


def value_at(curve, at_day, column):
    """What a curve (rows of survival_curves, by day) has on a day."""
    return curve[max(day for day in curve if day <= at_day)][column]


def assert_close(found, wanted, what):
    found = None if pd.isna(found) else float(found)
    if wanted is None or found is None:
        assert found == wanted, what
    else:
        assert isclose(found, wanted, rel_tol=0, abs_tol=1e-9), (what, found, wanted)


def figures(summary, statistic):
    """Of the rows of one analysis those of one statistic, by month or None."""
    return {
        None if pd.isna(row["at_month"]) else row["at_month"]: row
        for row in summary
        if row["statistic"] == statistic
    }


@pytest.fixture(scope="module")
def bmt_summary(bmt):
    with duckdb.connect(str(bmt.warehouse), read_only=True) as connection:
        return connection.execute("select * from marts.survival_summary").df()


@pytest.mark.parametrize(
    ("population", "endpoint"),
    [
        (population, endpoint)
        for population, endpoints in REFERENCE.items()
        if population != "tests"
        for endpoint in endpoints
    ],
)
def test_r_gives_the_same_on_real_patients(bmt_summary, population, endpoint):
    wanted = REFERENCE[population][endpoint]
    of_analysis = bmt_summary["analysis_id"] == f"{population}__{endpoint}"
    found = bmt_summary[of_analysis].to_dict("records")
    assert {row["n"] for row in found} == {wanted["n"]}
    assert {row["n_event"] for row in found} == {wanted["n_event"]}
    assert {row["n_competing"] for row in found} == {wanted.get("n_competing", 0)}
    columns = {
        "survival_percent": {
            name: name for name in ("estimate", "std_error", "ci_low", "ci_high")
        }
    }
    if "competing" in wanted:
        columns = {
            "cumulative_incidence_percent": {
                "estimate": "estimate",
                "std_error": "std_error_cuminc",
                "ci_low": "ci_low_cuminc_log",
                "ci_high": "ci_high_cuminc_log",
            },
            "competing_incidence_percent": {"estimate": "competing"},
        }
    else:
        row = figures(found, "median_days")[None]
        for ours, theirs in (
            ("estimate", "median_days"),
            ("ci_low", "median_low"),
            ("ci_high", "median_high"),
        ):
            assert_close(row[ours], wanted[theirs], theirs)
        at_risk = figures(found, "survival_percent")
        assert [at_risk[m]["n_at_risk"] for m in wanted["month"]] == wanted["n_at_risk"]
    for statistic, names in columns.items():
        by_month = figures(found, statistic)
        for ours, theirs in names.items():
            for month, value in zip(wanted["month"], wanted[theirs], strict=True):
                assert_close(by_month[month][ours] / 100, value, (theirs, month))


def estimated(build_, datasets):
    """The survival tables that the SQL makes of patients: rows by analysis.

    Parameters
    ----------
    datasets : dict of str to (role, patients)
        The role is that of competing events, or ``reverse``.
    """
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse")
    for schema in ("definitions", "marts"):
        connection.execute(f"create schema warehouse.{schema}")
    analyses = pd.DataFrame(
        {
            "analysis_id": name,
            "is_reverse": role == "reverse",
            "competing_role": "none" if role == "reverse" else role,
        }
        for name, (role, _) in datasets.items()
    )
    populated = pd.DataFrame(
        {
            "analysis_id": name,
            "population": "all",
            "stratum": "all",
            "is_reverse": role == "reverse",
            "time_days": time,
            "status": int(status == 0) if role == "reverse" else status,
            "reason": "analysed",
        }
        for name, (role, patients) in datasets.items()
        for time, status in patients
    )
    months = pd.DataFrame({"at_month": MONTHS})
    parameters = pd.DataFrame(
        {
            "parameter": ["days_per_month"],
            "value": [str(BMT_VARIABLES["days_per_month"])],
        }
    )
    for table, frame in (
        ("marts.survival_analyses", analyses),
        ("marts.analysis_patients", populated),
        ("definitions.report_months", months),
        ("marts.study_parameters", parameters),
    ):
        connection.register("frame", frame)
        connection.execute(f"create table warehouse.{table} as select * from frame")
    for model in SURVIVAL_MODELS:
        connection.execute(
            f"create table warehouse.marts.{model} as {build_.model(model)}"
        )
    tables = {}
    for model in SURVIVAL_MODELS:
        rows = connection.execute(f"select * from warehouse.marts.{model}").df()
        tables[model] = {name: [] for name in datasets}
        for row in rows.to_dict("records"):
            tables[model][row["analysis_id"]].append(row)
    connection.close()
    tables["survival_curves"] = {
        name: {row["time_days"]: row for row in rows}
        for name, rows in tables["survival_curves"].items()
    }
    return tables


def random_datasets(n_datasets):
    """Small data sets full of ties, with events on day 0 and none, by role."""
    generator = random.Random(8)
    clock = (0, 1, 91, 182, 183, 365, 366, 548, 731)
    for number in range(n_datasets):
        role = ("none", "event", "censoring", "reverse")[number % 4]
        statuses = (0, 1, 2) if role in ("event", "censoring") else (0, 1)
        some = generator.sample(statuses, generator.randint(1, len(statuses)))
        patients = [
            (generator.choice(clock), generator.choice(some))
            for _ in range(generator.randint(1, 12))
        ]
        yield f"{role}_{number}", (role, patients)


def exact_survival(role, patients, day):
    if role == "reverse":
        return product_limit(patients, day, failures={0}, leaving_first={1})
    failures = {1, 2} if role == "event" else {1}
    return product_limit(patients, day, failures=failures)


def survival_limits(survival, variance):
    """Estimate, standard error and limits as the conventions have them."""
    estimate = float(survival)
    if survival == 0:
        return estimate, None, None, None
    std_error = sqrt(variance)
    if survival == 1:
        return estimate, std_error, None, None
    power = exp(Z * std_error / (estimate * -log(estimate)))
    return estimate, std_error, estimate**power, estimate ** (1 / power)


def incidence_limits(value, variance):
    estimate, std_error = float(value), sqrt(variance)
    if value == 0:
        return estimate, std_error, None, None
    factor = exp(Z * std_error / estimate)
    return estimate, std_error, estimate / factor, min(estimate * factor, 1.0)


def assert_curve(curve, name, at_day, wanted, what):
    for suffix, value in zip(
        ("", "_std_error", "_ci_low", "_ci_high"), wanted, strict=True
    ):
        assert_close(
            value_at(curve, at_day, name + suffix), value, (what, at_day, name)
        )


@pytest.fixture(scope="module")
def drawn(bmt):
    datasets = dict(random_datasets(400))
    return datasets, estimated(bmt, datasets)


def test_curves_are_those_of_exact_fractions(drawn):
    datasets, tables = drawn
    for name, (role, patients) in datasets.items():
        curve = tables["survival_curves"][name]
        assert sorted(curve) == days(patients)
        for day in days(patients):
            wanted = survival_limits(*exact_survival(role, patients, day))
            assert_curve(curve, "survival", day, wanted, name)
            for column, cause in (
                ("cumulative_incidence", 1),
                ("competing_incidence", 2),
            ):
                wanted = (None,) * 4
                if role != "reverse":
                    wanted = incidence_limits(*incidence(patients, day, cause=cause))
                assert_curve(curve, column, day, wanted, name)


def test_medians_are_those_of_exact_fractions(drawn):
    datasets, tables = drawn
    n_midpoints = 0
    for name, (role, patients) in datasets.items():

        def survival(day, role=role, patients=patients):
            return exact_survival(role, patients, day)[0]

        wanted, is_midpoint = median(patients, survival)
        (found,) = tables["survival_medians"][name]
        assert_close(found["median_days"], wanted and float(wanted), name)
        assert found["is_midpoint"] == is_midpoint, name
        n_midpoints += is_midpoint
        if wanted is not None:
            assert found["n_at_risk"] == sum(t >= wanted for t, _ in patients)
    assert n_midpoints > 20


def test_summary_reads_the_curve_at_each_month(drawn):
    datasets, tables = drawn
    for name, (role, patients) in datasets.items():
        summary = tables["survival_summary"][name]
        curve = tables["survival_curves"][name]
        last_day = max(t for t, _ in patients)
        is_open = sum(t == last_day and s == 0 for t, s in patients) > 0
        for month in MONTHS:
            at_day = month * DAYS_PER_MONTH
            row = figures(summary, "survival_percent")[month]
            assert row["n_at_risk"] == sum(t >= at_day for t, _ in patients)
            survival, _ = exact_survival(role, patients, at_day)
            is_known = at_day <= last_day or survival == 0
            wanted = 100 * value_at(curve, at_day, "survival") if is_known else None
            assert_close(row["estimate"], wanted, (name, month))
            if role == "reverse":
                continue
            row = figures(summary, "cumulative_incidence_percent")[month]
            is_known = at_day <= last_day or not is_open
            value = value_at(curve, at_day, "cumulative_incidence")
            assert_close(row["estimate"], 100 * value if is_known else None, name)
            if role == "event":
                exponent = float(exponential_incidence_exponent(patients, at_day))
                row = figures(summary, EXPONENTIAL)[month]
                wanted = 100 * (1 - exp(-exponent)) if is_known else None
                assert_close(row["estimate"], wanted, (name, month))


def hand_worked(bmt, role, patients):
    tables = estimated(bmt, {"a": (role, patients)})
    return {model: rows["a"] for model, rows in tables.items()}


def test_both_causes_on_one_day_are_handled_at_once(bmt):
    found = hand_worked(bmt, "event", [(2, 1), (2, 2), (2, 0), (5, 1), (5, 0)])
    curve = found["survival_curves"]
    # Day 2: 1 - 2/5 = 3/5, incidences 1/5 each. Day 5: F = 1/5 + 3/5 x 1/2 = 1/2.
    assert_close(value_at(curve, 2, "survival"), 3 / 5, "S(2)")
    assert_close(value_at(curve, 5, "survival"), 3 / 10, "S(5)")
    assert_close(value_at(curve, 5, "cumulative_incidence"), 1 / 2, "F(5)")
    assert_close(value_at(curve, 5, "competing_incidence"), 1 / 5, "F2(5)")


@pytest.mark.parametrize("n_competing", [0, 1])
def test_errors_keep_their_digits_where_nearly_all_have_had_the_event(bmt, n_competing):
    """Of 30,000 two are left: terms of 1 / S^2, 2e8, that add up to one of 2e-9."""
    competing = [(15, 2), (25, 2)][:n_competing]
    patients = [(10, 1)] * 29000 + [(20, 1)] * 998 + competing + [(30, 0)] * 2
    curve = hand_worked(bmt, "event", patients)["survival_curves"]
    for day in (10, 20, 30):
        for column, cause in ("cumulative_incidence", 1), ("competing_incidence", 2):
            _, variance = incidence(patients, day, cause=cause)
            found = value_at(curve, day, f"{column}_std_error")
            assert isclose(found, sqrt(variance), rel_tol=1e-11), (day, column)


def test_an_error_is_exactly_0_where_all_have_had_the_event(bmt):
    patients = [*((day, 1) for day in range(1, 40)), (50, 1), (50, 1)]
    curve = hand_worked(bmt, "event", patients)["survival_curves"]
    assert value_at(curve, 50, "cumulative_incidence_std_error") == 0


def test_an_event_on_day_0_counts(bmt):
    curve = hand_worked(bmt, "event", [(0, 1), (0, 0), (3, 2), (9, 0)])[
        "survival_curves"
    ]
    assert sorted(curve) == [0, 3, 9]
    assert_close(value_at(curve, 0, "survival"), 3 / 4, "S(0)")
    assert_close(value_at(curve, 3, "competing_incidence"), 3 / 8, "F2(3)")


def test_the_dead_of_a_day_are_not_at_risk_of_its_end_of_follow_up(bmt):
    patients = [(3, 1), (3, 0), *[(9, 0)] * 5]
    curve = hand_worked(bmt, "reverse", patients)["survival_curves"]
    # 5/6; with the indicator merely flipped it would be 6/7.
    assert_close(value_at(curve, 3, "survival"), 5 / 6, "S(3)")


def test_death_before_transplant_censors_survival_and_competes_for_incidence(bmt):
    curve = hand_worked(bmt, "censoring", [(1, 2), (2, 1), (3, 0), (4, 0)])[
        "survival_curves"
    ]
    assert_close(value_at(curve, 2, "survival"), 2 / 3, "net S(2)")
    assert_close(value_at(curve, 2, "cumulative_incidence"), 1 / 4, "F(2)")
    assert_close(value_at(curve, 2, "competing_incidence"), 1 / 4, "F2(2)")


def test_one_death_among_six_prints_as_the_paper_has_it(bmt):
    patients = [(300, 1), *[(400, 0)] * 5]
    summary = hand_worked(bmt, "event", patients)["survival_summary"]
    row = figures(summary, EXPONENTIAL)[12]
    assert_close(row["estimate"], 100 * (1 - exp(-1 / 6)), "15.4 of P24")
    assert pd.isna(row["std_error"]) and pd.isna(row["ci_low"])


def test_the_median_is_never_a_step_late(bmt):
    # n distinct uncensored times, n even: S is 1/2 from day n/2 until the next.
    datasets = {
        f"n{n}": ("none", [(day, 1) for day in range(1, n + 1)])
        for n in range(2, 201, 2)
    }
    medians = estimated(bmt, datasets)["survival_medians"]
    found = {name: rows[0]["median_days"] for name, rows in medians.items()}
    assert found == {f"n{n}": n / 2 + 0.5 for n in range(2, 201, 2)}


def changed_copy(build_, folder):
    """The published warehouse, to be written to."""
    path = folder / "warehouse.duckdb"
    shutil.copy(build_.warehouse, path)
    path.chmod(0o644)
    return duckdb.connect(str(path))


def test_a_new_row_is_a_new_analysis(bmt, tmp_path):
    with changed_copy(bmt, tmp_path) as connection:
        connection.execute(
            "insert into marts.survival_analyses by name "
            "select * replace ('rr__rfs__by_hsct_before_index' as analysis_id, "
            "'hsct_before_index' as stratum_variable) "
            "from marts.survival_analyses where analysis_id = 'rr__rfs'"
        )
        connection.execute(f"create temp table made as {bmt.model(POPULATED)}")
        connection.execute(f"drop view if exists marts.{POPULATED}")
        connection.execute(f"create table marts.{POPULATED} as from made")
        for model in SURVIVAL_MODELS:
            connection.execute(f"drop table marts.{model}")
            connection.execute(f"create table marts.{model} as {bmt.model(model)}")
        rows = connection.execute(
            "select stratum, n, n_event from marts.survival_summary where "
            "analysis_id = 'rr__rfs__by_hsct_before_index' "
            "and statistic = 'median_days'"
        ).fetchall()
    assert rows == [("no", 38, 24)]


@pytest.mark.parametrize(
    ("change", "claim"),
    [
        ("analysis_id = 'rr__overall_survival'", "analysis_id says what the row is"),
        (
            "analysis_id = 'rr__dfs', endpoint = 'dfs', counted_endpoint = 'dfs'",
            "the population has this endpoint under this censoring rule",
        ),
        (
            "analysis_id = 'rr__os__by_age', stratum_variable = 'age'",
            "the stratum variable exists",
        ),
        ("is_reverse = true", "follow-up alone is reverse"),
        ("counted_endpoint = 'rfs'", "follow-up alone is reverse"),
        ("competing_role = 'both'", "competing_role is none, event or censoring"),
        ("is_exempt = true", "an exemption has a reason"),
        (
            "analysis_id = 'rr__os__landmark_84', landmark_day = 84",
            "what needs a caution has one",
        ),
    ],
)
def test_a_row_that_says_what_no_data_can_mean_is_refused(bmt, tmp_path, change, claim):
    with changed_copy(bmt, tmp_path) as connection:
        check = bmt.model("assert_survival_analyses_well_formed")
        assert connection.execute(check).fetchall() == []
        connection.execute(
            f"update marts.survival_analyses set {change} where analysis_id = 'rr__os'"
        )
        ((_, broken),) = connection.execute(check).fetchall()
    assert broken.startswith(claim)


def test_a_grouping_known_too_late_fails_the_build_by_name(tmp_path):
    project = project_copy(tmp_path / "project")
    seed = project / "seeds" / "neuf" / "survival_analyses.csv"
    analyses = pd.read_csv(seed, dtype=str, keep_default_na=False)
    exempted = analyses["analysis_id"] == "mrd_pos__dfs__by_mrd_response"
    assert exempted.sum() == 1
    analyses.loc[exempted, ["is_exempt", "exemption_reason"]] = ["false", ""]
    analyses.to_csv(seed, index=False)
    # Crossed with what is known at index, a response is known no earlier.
    crossed = "mrd_response_and_sex"
    for name, row in {
        "groupings": f"{crossed},mrd_response,sex,two_cycles,,nonresponder,,Late.,,",
        "strata": f"{crossed},responder__male,1,Men with a response,false,\n"
        f"{crossed},nonresponder__male,2,Men without,false,",
        "study_labels": f"stratum_variable,{crossed},MRD response and sex",
        "survival_analyses": f"mrd_pos__dfs__by_{crossed},mrd_pos,dfs,standard,"
        f"{crossed},,false,,",
    }.items():
        with (seed.parent / f"{name}.csv").open("a", encoding="utf-8") as file:
            file.write(f"{row}\n")
    counted = ("--select", "+survival_event_table")
    made = build(DELIVERIES / "edges" / "delivery", tmp_path, *counted, project=project)
    assert made.exit_code == 1
    late = [line for line in made.output.splitlines() if "known_too_late=" in line]
    assert [
        analysis
        for analysis in ("mrd_pos__dfs__by_mrd_response", f"mrd_pos__dfs__by_{crossed}")
        if any(f"{analysis} " in line for line in late)
    ] == ["mrd_pos__dfs__by_mrd_response", f"mrd_pos__dfs__by_{crossed}"]
    assert len(late) == 2
    assert "FAIL 2 assert_survival_groups_known_at_start" in made.output
    assert "SKIP relation marts.survival_event_table" in made.output
    assert "not published" in made.output
