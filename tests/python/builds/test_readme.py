"""The README's Python runs as it stands, and the pages name what there is."""

import re

import duckdb
import matplotlib
import numpy as np
import pytest
from dbt_builds import PROJECT
from survival import Counts, cumulative_incidence, kaplan_meier

MOST_LINES = 10
PAGES = ("*.md", "dbt_project/docs/*.md", "dbt_project/deliveries/README.md")
# Where a path begins that is not from the root.
SHORT_FOR = (
    "",
    "python",
    "tests",
    "seeds/neuf",
    "dbt_project/docs",
    "dbt_project/deliveries",
    "dbt_project/deliveries/twin",
)
# What a build makes, and what is the reader's own.
NOT_OF_THE_REPOSITORY = ("~", "/", "target", ".build", "deliveries/2018", "DD/")


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


def words_of_the_pages():
    """(page, word) of what stands in the code of pages that tell of today."""
    for page in sorted(path for pattern in PAGES for path in PROJECT.glob(pattern)):
        if page.name == "CHANGELOG.md":
            continue
        text = re.sub(
            r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        for code in re.findall(r"`([^`\n]+)`", text):
            yield from ((page.name, word.strip(",;()")) for word in code.split())


def test_every_path_and_model_that_a_page_names_exists():
    models = {path.stem for path in PROJECT.glob("models/*/*")}
    models |= {path.stem for path in PROJECT.glob("tests/assert_*.sql")}
    wrong = []
    for page, word in words_of_the_pages():
        if re.fullmatch(r"(int|stg|assert)_[a-z_]+", word):
            is_there = word in models
        elif re.fullmatch(r"[\w./~-]+/[\w.-]*", word):
            is_there = word.startswith(NOT_OF_THE_REPOSITORY) or any(
                (PROJECT / folder / word).exists() for folder in SHORT_FOR
            )
        else:
            continue
        if not is_there:
            wrong.append((page, word))
    assert wrong == []


def test_every_target_of_make_that_a_page_names_exists():
    targets = re.findall(
        r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE
    )
    pages = "".join(
        path.read_text(encoding="utf-8")
        for pattern in PAGES
        for path in PROJECT.glob(pattern)
    )
    named = set(re.findall(r"`make ([a-z]+)`|\$ make ([a-z]+)", pages))
    names = {one or other for one, other in named}
    assert {"test", "bench"} <= names <= set(targets)
