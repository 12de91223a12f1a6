"""``survival verify`` finds what is wrong in the SQL marts."""

import shutil
from math import inf

import duckdb
import pytest
from mart_fixtures import build_warehouse
from survival.agreement import Verification
from survival.cli import main
from survival.verify import verify
from survival.warehouse import Warehouse


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return build_warehouse(tmp_path_factory.mktemp("published") / "warehouse.duckdb")


@pytest.fixture
def changed(published, tmp_path):
    """A copy of the warehouse after a statement."""

    def change(statement):
        path = tmp_path / "changed.duckdb"
        shutil.copy(published, path)
        with duckdb.connect(str(path)) as connection:
            n_changed = connection.execute(statement).fetchone()[0]
        assert n_changed > 0
        return path

    return change


def past_tolerance(path):
    with Warehouse(path) as warehouse:
        result = verify(warehouse)
    return {
        agreement.statistic: agreement
        for agreement in result.agreements.values()
        if agreement.largest_difference > 1e-9
    }


def largest_difference(printed, statistic):
    """What the command printed for a statistic, whose name may hold a space."""
    (line,) = [row for row in printed.splitlines() if row.startswith(f"{statistic}  ")]
    return float(line.removeprefix(statistic).split()[1])


def test_equal_marts_exit_with_0(published, capsys):
    assert main(["verify", "--warehouse", str(published)]) == 0
    printed = capsys.readouterr().out
    assert "survival_event_table.n_at_risk" in printed
    assert "equal within 1e-09" in printed
    assert past_tolerance(published) == {}


@pytest.mark.parametrize(
    ("broken", "statistic"),
    [
        # Censored before events: they have left the risk set of their own day.
        (
            "update marts.survival_event_table set n_at_risk = n_at_risk - n_censored "
            "where analysis_id = 'all__os'",
            "survival_event_table.n_at_risk",
        ),
        # Competing events dropped from the data: at risk until the end.
        (
            "update marts.survival_event_table set n_competing = 0 "
            "where analysis_id = 'mrd_pos__nrm_after_hsct'",
            "survival_event_table.n_competing",
        ),
        (
            "update marts.survival_event_table set n_event = n_event + 1 "
            "where analysis_id = 'mrd_pos__os__by_mrd_response__landmark_84' "
            "and stratum = 'responder' and n_event > 0",
            "survival_event_table.n_event",
        ),
        (
            "delete from marts.survival_event_table where stratum = 'ph_pos'",
            "survival_event_table.n_at_risk",
        ),
        (
            "insert into marts.survival_event_table select * "
            "from marts.survival_event_table where analysis_id = 'all__os'",
            "survival_event_table (rows)",
        ),
        (
            "insert into marts.survival_event_table select 'all__pfs', population, "
            "stratum, time_days, n_at_risk, n_event, n_competing, n_censored "
            "from marts.survival_event_table where analysis_id = 'all__os'",
            "survival_event_table (not listed)",
        ),
        # Nelson-Aalen's variance in place of Greenwood's.
        (
            "update marts.survival_curves set survival_std_error = "
            "survival_std_error * 0.999 where analysis_id = 'all__os'",
            "survival_curves.survival_std_error",
        ),
        # Limits where S is 1.
        (
            "update marts.survival_curves set survival_ci_high = 1 "
            "where survival = 1 and analysis_id = 'all__os'",
            "survival_curves.survival_ci_high",
        ),
        # One minus Kaplan-Meier in place of Aalen-Johansen.
        (
            "update marts.survival_curves set cumulative_incidence = 1 - survival "
            "where analysis_id = 'mrd_pos__nrm_after_hsct'",
            "survival_curves.cumulative_incidence",
        ),
        (
            "delete from marts.survival_curves where time_days = 0",
            "survival_curves.survival",
        ),
        (
            "update marts.survival_summary set estimate = estimate + 1 "
            "where analysis_id = 'rr_ph_neg__os' and statistic = 'median_days'",
            "survival_summary.median_days.estimate",
        ),
        (
            "update marts.survival_summary set ci_high = NULL "
            "where analysis_id = 'rr_ph_neg__os' and statistic = 'median_days'",
            "survival_summary.median_days.ci_high",
        ),
        # A flat extension past the last observed day.
        (
            "update marts.survival_summary set estimate = 100 "
            "where analysis_id = 'rr_ph_neg__os__censored_at_hsct' "
            "and statistic = 'survival_percent' and at_month = 24",
            "survival_summary.survival_percent.estimate",
        ),
        (
            "update marts.survival_summary set n_at_risk = n_at_risk + 1 "
            "where at_month = 12",
            "survival_summary.survival_percent.n_at_risk",
        ),
        (
            "update marts.survival_summary set n = n + 1",
            "survival_summary.n",
        ),
        (
            "delete from marts.survival_summary where at_month = 18 "
            "and analysis_id = 'all__os'",
            "survival_summary.survival_percent (row)",
        ),
        # A patient's status changed after the counts were made.
        (
            "update marts.time_to_event set status = 0 where patient_id = '020'",
            "survival_event_table.n_event",
        ),
        # A level known too late for the landmark, counted all the same.
        (
            "update marts.survival_strata set known_on = known_on + 1 "
            "where stratum_variable = 'mrd_response'",
            "survival_event_table.n_at_risk",
        ),
    ],
)
def test_a_broken_mart_exits_with_1(changed, capsys, broken, statistic):
    path = changed(broken)
    assert main(["verify", "--warehouse", str(path)]) == 1
    printed = capsys.readouterr().out
    assert "differ by more than" in printed
    assert largest_difference(printed, statistic) > 1e-9


def test_a_value_on_one_side_only_is_an_infinite_difference(changed):
    path = changed(
        "update marts.survival_curves set survival = NULL where time_days = 0 "
        "and analysis_id = 'all__os'"
    )
    agreement = past_tolerance(path)["survival_curves.survival"]
    assert agreement.largest_difference == inf
    assert agreement.where == "all__os all day 0"


def test_a_tolerance_forgives_what_it_says(changed, capsys):
    path = changed(
        "update marts.survival_summary set estimate = estimate + 1e-6 "
        "where statistic = 'survival_percent'"
    )
    command = ["verify", "--warehouse", str(path)]
    assert main([*command, "--tolerance", "1e-5"]) == 0
    assert main(command) == 1
    assert "1.0e-06" in capsys.readouterr().out


SURVIVAL_MODELS = (
    "survival_event_table",
    "survival_curves",
    "survival_medians",
    "survival_summary",
)


@pytest.fixture
def recomputed(bmt, tmp_path):
    """A copy of the real warehouse, its survival marts made again by changed SQL."""

    def recompute(model, written, instead):
        # The compiled SQL names the database, which takes its name from the file.
        path = tmp_path / bmt.warehouse.name
        shutil.copyfile(bmt.warehouse, path)
        with duckdb.connect(str(path)) as connection:
            for name in ("analysis_patients", *SURVIVAL_MODELS):
                query = bmt.model(name)
                if name == model:
                    assert query.count(written) > 0, f"{name} has no {written}"
                    query = query.replace(written, instead)
                is_view = name == "analysis_patients"
                relation = f"view marts.{name}" if is_view else f"table marts.{name}"
                connection.execute(f"create or replace {relation} as {query}")
        return path

    return recompute


def test_sql_and_python_agree_on_real_patients(bmt, recomputed):
    assert past_tolerance(bmt.warehouse) == {}
    # The SQL made again without a change is the SQL that the build ran.
    path = recomputed("survival_curves", "greenwood_sum", "greenwood_sum")
    assert main(["verify", "--warehouse", str(path)]) == 0


@pytest.mark.parametrize(
    ("model", "written", "instead", "statistic"),
    [
        # The risk set without those who are censored later.
        (
            "survival_event_table",
            "sum(n_left)",
            "sum(n_left - n_censored)",
            "survival_event_table.n_at_risk",
        ),
        # A landmark after which the clock runs on.
        (
            "analysis_patients",
            "time_days - clock_starts_on_day as time_days",
            "time_days as time_days",
            "survival_event_table.n_at_risk",
        ),
        (
            "analysis_patients",
            "when status = 0 then 1",
            "when status = 1 then 1",
            "survival_event_table.n_event",
        ),
        # The variance of Nelson and Aalen for Greenwood's.
        (
            "survival_curves",
            "n_exposed * (n_exposed - n_failure)",
            "n_exposed * n_exposed",
            "survival_curves.survival_std_error",
        ),
        (
            "survival_curves",
            "1.959963984540054",
            "1.96",
            "survival_curves.survival_ci_low",
        ),
        # The variance of the incidence with half of its second sum.
        (
            "survival_curves",
            "slopes + 2 * products",
            "slopes + products",
            "survival_curves.cumulative_incidence_std_error",
        ),
        (
            "survival_medians",
            "0.5 + 1e-9",
            "0.45",
            "survival_summary.median_days.estimate",
        ),
        # A month read a month after it.
        (
            "survival_summary",
            "<= (report_months.at_month *",
            "<= 30 + (report_months.at_month *",
            "survival_summary.survival_percent.estimate",
        ),
    ],
)
def test_a_broken_formula_exits_with_1(
    recomputed, capsys, model, written, instead, statistic
):
    path = recomputed(model, written, instead)
    assert main(["verify", "--warehouse", str(path), "--analysis", "rr"]) == 1
    assert largest_difference(capsys.readouterr().out, statistic) > 1e-9


def test_nothing_compared_is_not_equal():
    assert not Verification().is_equal()
