"""The README's Python runs as it stands, and draws what the marts hold."""

import re

import duckdb
import matplotlib
import numpy as np
import pytest
from dbt_builds import PROJECT
from survival import Counts, cumulative_incidence, kaplan_meier

MOST_LINES = 10


@pytest.fixture
def pyplot():
    """matplotlib as a notebook has it, without a screen."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def test_the_example_fits_and_plots_what_the_marts_hold(
    example, monkeypatch, capsys, pyplot
):
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len([line for line in block.splitlines() if line.strip()]) <= MOST_LINES
    (analysis_id,) = re.findall(r"counts_by_stratum\(\"(\w+)\"\)", block)
    monkeypatch.setenv("WAREHOUSE", str(example.warehouse))
    names = {}
    exec(compile(block, "README.md", "exec"), names)
    with duckdb.connect(str(example.warehouse), read_only=True) as connection:
        days = connection.execute(
            "select stratum, time_days, survival from marts.survival_curves "
            "where analysis_id = ? order by all",
            [analysis_id],
        ).fetchall()
        medians = connection.execute(
            "select stratum, estimate from marts.survival_summary where "
            "analysis_id = ? and statistic = 'median_months' order by all",
            [analysis_id],
        ).fetchall()
    lines = {line.get_label(): line for line in names["axes"].get_lines()}
    strata = [stratum for stratum, _ in medians]
    assert len(strata) == 2
    for stratum in strata:
        known = [row[1:] for row in days if row[0] == stratum]
        months, percents = lines[stratum].get_data()
        assert months * float(names["month"]) == pytest.approx([d for d, _ in known])
        assert percents == pytest.approx([100 * s for _, s in known])
    printed = capsys.readouterr().out.splitlines()
    for line, (stratum, median) in zip(printed, medians, strict=True):
        assert line.startswith(f"{stratum} (")
        first = line.removeprefix(f"{stratum} (").split(",")[0]
        first = re.sub(r"np\.float64\((.*)\)", r"\1", first)
        assert np.isclose(
            float(first), np.nan if median is None else median, equal_nan=True
        )


def test_an_incidence_is_drawn_from_0_and_in_days(pyplot):
    counts = Counts.from_times([3, 5, 9], [1, 2, 0])
    axes = cumulative_incidence(counts).plot()
    days, percents = axes.get_lines()[0].get_data()
    assert list(days) == [0, 3, 5, 9]
    assert percents == pytest.approx([0, 100 / 3, 100 / 3, 100 / 3])
    ticks = axes.get_lines()[1].get_xdata()
    assert list(ticks) == [9]
    assert axes.get_xlabel() == "Days" and axes.get_legend() is None


def test_a_curve_is_drawn_on_the_axes_that_are_given(pyplot):
    _, (left, right) = pyplot.subplots(1, 2)
    curve = kaplan_meier(Counts.from_times([3, 5], [1, 0]))
    assert curve.plot(left, label="some", days_per_month="30.5") is left
    assert left.get_xlabel() == "Months" and not right.get_lines()
    assert left.get_lines()[0].get_xdata() == pytest.approx([0, 3 / 30.5, 5 / 30.5])
