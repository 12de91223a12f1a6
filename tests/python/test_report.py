"""The report: everything in one file, drawn from the estimates, and no patient."""

import re
import shutil
from html.parser import HTMLParser

import duckdb
import numpy as np
import pytest
from mart_fixtures import DAYS_PER_MONTH, build_warehouse
from survival import Counts, fit_analysis
from survival.cli import main
from survival.figures import (
    LEFT,
    RIGHT,
    WIDTH,
    analysis_figure,
    steps,
)
from survival.report import report
from survival.risk_table import risk_table
from survival.warehouse import Warehouse

VOID = {"meta", "br", "link", "img"}


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return build_warehouse(tmp_path_factory.mktemp("published") / "warehouse.duckdb")


@pytest.fixture(scope="module")
def text(published):
    with Warehouse(published) as warehouse:
        return report(warehouse, warehouse.analyses())


def fits_of(path, analysis_id):
    with Warehouse(path) as warehouse:
        (analysis,) = warehouse.find_analyses([analysis_id])
        return [
            fit_analysis(analysis, counts, stratum=stratum)
            for stratum, counts in warehouse.counts_by_stratum(analysis_id).items()
        ]


class Page(HTMLParser):
    """Elements by name, ids, links within, and whether every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.names, self.ids, self.links = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.names.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("href", "xlink:href") and value.startswith("#"):
                self.links.append(value[1:])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_well_formed(text):
    page = Page(text)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert set(page.links) <= set(page.ids)
    assert page.names.count("h1") == 1
    # One figure per analysis with patients, one analysis has none.
    assert page.names.count("figure") == 10
    assert "Nobody to analyse" in text


def test_the_page_asks_for_nothing_from_outside(text):
    without_names = re.sub(r' xmlns(:xlink)?="[^"]*"', "", text)
    assert "http" not in without_names.replace("http-equiv", "")
    assert "default-src &#x27;none&#x27;" in text or "default-src 'none'" in text
    assert not re.search(r"<(script|link|iframe|img)\b|@import|url\((?!#)", text)
    assert " src=" not in text


def test_the_page_reads_no_patient(published, monkeypatch):
    marts = []
    read = Warehouse._read

    def recording(self, mart, **options):
        marts.append(mart)
        return read(self, mart, **options)

    monkeypatch.setattr(Warehouse, "_read", recording)
    with Warehouse(published) as warehouse:
        report(warehouse, warehouse.find_analyses(["rr_ph_neg__os"]))
    assert set(marts) == {
        "cohort_attrition",
        "delivery_log",
        "study_parameters",
        "survival_analyses",
        "survival_event_table",
    }


def test_the_page_says_what_a_reader_must_know(text):
    assert "Synthetic data: no patient" in text
    assert "not for release" in text
    assert "data cut-off 2030-12-31" in text
    assert "Grouped by a response known only after the clock starts." in text
    assert "index drug started under the programme" in text
    assert "<td>30.4375</td>" in text
    assert "38.3 (18.3 to NE)" in text
    assert "Aalen-type variance (cmprsk)" in text


def test_a_real_delivery_is_not_called_synthetic_and_a_refused_one_is_named(
    published, tmp_path, capsys
):
    path = tmp_path / "warehouse.duckdb"
    shutil.copy(published, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "update marts.delivery_log set delivery_id = 'D2'; "
            "insert into marts.delivery_log (build_id, verdict, reason, delivery_id, "
            "started_at) values ('b2', 'refused', 'no <patients.csv>', 'D3', "
            "timestamp '2031-02-01 09:00:00')"
        )
        connection.execute(
            "update marts.survival_analyses set caution = '<script>alert(1)</script>' "
            "where analysis_id = 'all__os'"
        )
    arguments = ["--warehouse", str(path), "--analysis", "all__os"]
    assert main(["report", *arguments, "--output", str(tmp_path / "out")]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{tmp_path / 'out' / 'index.html'}\n"
    text = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "Synthetic" not in text
    assert "Delivery D3 came later and was refused: no &lt;patients.csv&gt;" in text
    assert "<script>" not in text
    assert main(["estimate", *arguments]) == 0
    assert "delivery D3 was refused" in capsys.readouterr().err


def test_a_refused_first_delivery_is_named(tmp_path, capsys):
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema marts; create table marts.delivery_log as select "
            "'D1' as delivery_id, 'refused' as verdict, 'a file is missing' as reason, "
            "date '2020-01-01' as data_cutoff_date, date '2020-01-02' as delivered_on, "
            "timestamp '2020-01-03 00:00:00' as started_at"
        )
    assert main(["report", "--warehouse", str(path)]) == 2
    error = capsys.readouterr().err
    assert "delivery D1 was refused (a file is missing)" in error


def test_the_same_marts_give_the_same_bytes(published, tmp_path):
    arguments = ["--warehouse", str(published), "--analysis", "mrd_pos__os__by"]
    for name in ("first", "second"):
        assert main(["report", *arguments, "--output", str(tmp_path / name)]) == 0
    first, second = (
        (tmp_path / name / "index.html").read_bytes() for name in ("first", "second")
    )
    assert first == second
    assert [path.name for path in (tmp_path / "first").iterdir()] == ["index.html"]


@pytest.mark.parametrize(
    ("analysis_id", "attributes"),
    [
        ("mrd_pos__os__by_mrd_response", ["survival"]),
        ("mrd_pos__nrm_after_hsct", ["incidence", "competing"]),
        ("all__follow_up", ["survival"]),
    ],
)
def test_a_figure_draws_the_estimates(published, analysis_id, attributes):
    fits = fits_of(published, analysis_id)
    svg = analysis_figure(fits, days_per_month=DAYS_PER_MONTH)
    last = max(fit.counts.last_day for fit in fits) / float(DAYS_PER_MONTH)
    points_per_month = 72 * (WIDTH - LEFT - RIGHT) / (last * 1.015)
    for fit in fits:
        for attribute in attributes:
            curve = getattr(fit, attribute)
            days, values = steps(curve.time_days, curve.estimate, before=curve.before)
            drawn = drawn_path(svg, f"{analysis_id}/{fit.stratum}/{attribute}/curve")
            months = (drawn[:, 0] - 72 * LEFT) / points_per_month
            np.testing.assert_allclose(
                months, days / float(DAYS_PER_MONTH), rtol=0, atol=1e-3
            )
            # The axis runs from 0 to 102 percent, downwards on the page.
            heights = drawn[:, 1].max() - drawn[:, 1]
            span = values.max() - values.min()
            np.testing.assert_allclose(
                heights / heights.max(),
                (values - values.min()) / span,
                rtol=0,
                atol=1e-4,
            )


def drawn_path(svg, gid):
    group = svg[svg.index(f'<g id="{gid}">') :]
    numbers = re.search(r' d="([^"]*)"', group).group(1)
    pairs = re.findall(r"[ML] ([\d.]+) ([\d.]+)", numbers)
    return np.array(pairs, dtype=float)


def test_the_rows_of_the_risk_table_sum_to_n_at_every_month(published):
    for analysis_id in ("mrd_pos__nrm_after_hsct", "mrd_pos__os__by_mrd_response"):
        fits = fits_of(published, analysis_id)
        months = (0, 6, 12, 60)
        rows = risk_table(fits, months=months, days_per_month=DAYS_PER_MONTH)
        totals = np.sum([row.numbers for row in rows if row.numbers], axis=0)
        assert set(totals.tolist()) == {sum(fit.counts.n for fit in fits)}
        at_risk = [row.numbers for row in rows if row.label == "At risk"]
        for fit, numbers in zip(fits, at_risk, strict=True):
            assert list(numbers) == [
                fit.survival.at_month(month, days_per_month=DAYS_PER_MONTH).n_at_risk
                for month in months
            ]


@pytest.mark.parametrize(
    ("times", "status"),
    [
        ([5], [1]),
        ([5], [0]),
        ([0], [0]),
        ([3, 9], [1, 1]),
        ([3, 9], [0, 0]),
        ([10_000, 9], [1, 0]),
    ],
)
def test_a_figure_of_very_few_can_be_drawn(published, times, status):
    (fit,) = fits_of(published, "rr_ph_neg__os")
    few = fit_analysis(fit.analysis, Counts.from_times(times, status))
    assert analysis_figure([few], days_per_month="30.5").startswith("<svg")
