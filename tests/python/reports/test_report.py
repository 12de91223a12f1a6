"""The report: everything in one file, every number from a mart, and no patient."""

import base64
import hashlib
import re
import shutil

import duckdb
import pytest
from markupsafe import escape
from report_pages import Page, query_of
from survival import Warehouse
from survival.cli import main
from survival.formatting import format_ratio
from survival.report.document import Source

MEGABYTES = 1_000_000
# The paper's figures, and what its legends say that each shows.
PAPER_FIGURES = {
    "Figure 1A": "figure_1a",
    "Figure 1B": "figure_1b",
    "Figure 2A": "mrd_pos__os",
    "Figure 2B": "mrd_pos__os__censored_at_hsct",
    "Figure 2C": "mrd_pos__dfs",
    "Figure 2D": "mrd_pos__dfs__censored_at_hsct",
    "Figure 2E": "mrd_pos_ph_neg__os__by_cr_number",
    "Figure 2E, continued": "mrd_pos_ph_neg__os__censored_at_hsct__by_cr_number",
    "Figure 3A": "rr_ph_neg__os",
    "Figure 3B": "rr_ph_neg__os__censored_at_hsct",
    "Figure 3C": "rr_ph_neg__rfs",
    "Figure 3D": "rr_ph_neg__rfs__censored_at_hsct",
    "Figure 3E": "rr_ph_pos__os",
    "Figure 3F": "rr_ph_pos__os__censored_at_hsct",
    "Figure 3G": "rr_ph_pos__rfs",
    "Figure 3H": "rr_ph_pos__rfs__censored_at_hsct",
    "Supplementary Figure 2A": "supplementary_fig_2a",
    "Supplementary Figure 2B": "supplementary_fig_2b",
    "Supplementary Figure 2C": "supplementary_fig_2c",
    "Supplementary Figure 3": "supplementary_fig_3",
    "Supplementary Figure 4": "supplementary_fig_4",
}
PAPER_TABLES = [
    "Table 1",
    "Table 2",
    *(f"Supplementary Table {number}" for number in (4, 5, 6, 7)),
]
# Each holds a row per patient; the last are read for their totals alone.
COUNTED_ONLY = {"findings", "derivation_findings", "int_dated_events"}


def write(warehouse, folder, *options):
    """The text of a report."""
    arguments = ["report", "--warehouse", str(warehouse), "--output", str(folder)]
    assert main([*arguments, *options]) == 0
    return (folder / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def text(example, tmp_path_factory):
    """The report of the example delivery."""
    return write(example.warehouse, tmp_path_factory.mktemp("report"))


@pytest.fixture(params=["bmt", "edges"])
def other(request, tmp_path):
    """The report of another delivery, and its warehouse."""
    build = request.getfixturevalue(request.param)
    return write(build.warehouse, tmp_path), build.warehouse


def test_the_page_is_well_formed_and_its_links_lead_somewhere(text):
    page = Page(text)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert len(page.links) > 8
    assert set(page.links) <= set(page.ids)
    assert page.headings[0] == 1 and page.headings.count(1) == 1
    steps = zip(page.headings, page.headings[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps)


def test_the_page_asks_for_nothing_from_outside(text):
    without_name = text.replace("http://www.w3.org/2000/svg", "")
    assert "http" not in without_name.replace("http-equiv", "")
    assert not re.search(r"<(link|iframe|img|object)\b|@import|url\((?!data:)", text)
    assert " src=" not in text
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert (
        "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src "
        in text
    )
    assert f"script-src 'sha256-{digest}'" in text


def test_the_page_is_light(text):
    assert len(text.encode()) < 2 * MEGABYTES


def test_every_figure_and_table_of_the_paper_is_there(text):
    tables = re.findall(r"<caption>([^<]*)</caption>", text)
    figures = re.findall(
        r'<figure id="([^"]*)">.*?<svg[^>]*data-name="([^"]*)".*?'
        r"<figcaption><strong>([^<]*)</strong>",
        text,
        re.DOTALL,
    )
    for number, name in PAPER_FIGURES.items():
        (found,) = (f for f in figures if f[2].startswith(f"{number}."))
        assert found[:2] == (name, name)
    for name in PAPER_TABLES:
        assert any(caption.startswith(f"{name}.") for caption in tables), name


def test_each_grouping_known_later_has_its_landmark_and_its_caution(text, example):
    with Warehouse(example.warehouse) as warehouse:
        naive = [
            analysis
            for analysis in warehouse.analyses()
            if analysis.endpoint in ("os", "dfs")
            and "response" in (analysis.stratum_variable or "")
            and analysis.landmark_day is None
        ]
        cautioned = [a for a in warehouse.analyses() if a.caution]
    assert len(naive) > 10
    for analysis in naive:
        pair = re.search(
            rf'<figure id="{analysis.analysis_id}">.*?</figure>\n'
            rf'<figure id="{analysis.analysis_id}__landmark\w*">',
            text,
            re.DOTALL,
        )
        assert pair and pair.group(0).count("<figure") == 2
    for analysis in cautioned:
        figure = re.search(
            rf'<figure id="{analysis.analysis_id}">.*?</figure>', text, re.DOTALL
        )
        assert figure is None or str(escape(analysis.caution)) in figure.group(0)


def test_every_number_of_a_table_is_in_the_row_that_it_opens(text, example):
    assert_numbers_open(text, example.warehouse, at_least=2500)


def test_other_deliveries_are_reported_as_truly(other):
    text, warehouse = other
    assert_numbers_open(text, warehouse, at_least=500)
    assert Page(text).open == []


def assert_numbers_open(text, path, *, at_least):
    numbers = Page(text).numbers
    assert len(numbers) >= at_least
    with duckdb.connect(str(path), read_only=True) as connection:
        for printed, packed in numbers:
            rows = connection.execute(query_of(packed)).fetchall()
            assert rows, packed
            assert_prints(printed, rows, packed)


AS_TEXT = ("published", "derived", "closest")


def assert_prints(printed, rows, packed):
    """Each number of the text is one of the row's at that precision, in order."""
    values = [value for found in rows for value in found]
    mart, column, *_ = packed.split("|")
    if mart == "marts.published_comparison" and column in AS_TEXT:
        assert printed == (values[0] or "")
        return
    for token in re.findall(r"-?\d+(?:\.\d+)?|N[RE]", printed):
        decimals = len(token.partition(".")[2])
        shown = {
            f"{value:.{decimals}f}"
            for value in values
            if isinstance(value, int | float)
        }
        if token in ("NR", "NE"):
            assert None in values, (printed, packed)
        else:
            assert token in shown, (printed, packed, rows)


def test_a_ratio_is_rounded_once_and_half_to_even():
    assert format_ratio(18, 32) == "56.2"
    assert format_ratio(7, 80) == "8.8"
    assert format_ratio(0, 5) == "0.0"
    assert format_ratio(0, 0) == "NE"


def test_a_source_writes_the_query_that_the_page_shows():
    keys = (("analysis_id", "it's"), ("at_month", 12))
    source = Source("marts.survival_summary", ("estimate", "ci_low"), keys)
    assert source.query() == (
        "select estimate, ci_low from marts.survival_summary "
        "where analysis_id = 'it''s' and at_month = 12"
    )
    assert query_of(source.packed()) == source.query().replace(", ci", ",ci")


def test_no_patient_is_in_the_page(text, example, monkeypatch, tmp_path):
    with duckdb.connect(str(example.warehouse), read_only=True) as connection:
        ids = connection.execute("select patient_id from marts.cohort").fetchall()
        tables = connection.execute(
            "select table_name from information_schema.columns "
            "where column_name = 'patient_id'"
        ).fetchall()
    assert len(ids) > 200
    words = set(re.findall(r"[\w-]+", text))
    assert not {patient_id for (patient_id,) in ids} & words
    read = []
    records = Warehouse.records

    def recording(self, table, **options):
        read.append(table)
        return records(self, table, **options)

    monkeypatch.setattr(Warehouse, "records", recording)
    write(example.warehouse, tmp_path)
    assert "survival_curves" in read
    assert not {name for (name,) in tables} & set(read)


def test_the_main_results_come_first(text):
    brief, *_ = re.findall(r"<section>.*?</section>", text, re.DOTALL)
    assert 'id="main-results"' in brief
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", brief, re.DOTALL)
    cells = [re.findall(r">([^<]+)</t[dh]>", row) for row in rows]
    of_population = {row[0]: row[1:] for row in cells[1:]}
    # As the abstract of the paper says of the largest population.
    assert of_population["R/R Ph\N{MINUS SIGN}"][:4] == [
        "106",
        "50.9 (41.0 to 60.8)",
        "12.2 (7.3 to 24.2)",
        "43",
    ]
    assert len(of_population) == 6


def test_the_page_says_what_a_reader_must_know(text):
    assert "Synthetic data: no patient" in text
    assert "calibrated to the aggregates that the NEUF paper publishes" in text
    assert "not for release" in text
    assert "data cut-off 2018-03-31" in text
    assert "Grouped by a response known only after the clock starts" in text
    assert "Aalen-type variance (cmprsk)" in text
    assert "Contradicts another published number" in text
    assert "6 of 14 is 42.9%, as the row above it prints" in text


def test_the_chapters_are_a_journal_s(text):
    titles = re.findall(r'<section><h2 id="[^"]*">([^<]*)</h2>', text)
    assert titles == [
        "Main results",
        "Study population",
        "Baseline characteristics",
        "Response",
        "Survival",
        "Transplantation",
        "Agreement with the publication",
        "Data quality",
        "Other files of this report",
        "Appendix: further analyses",
    ]
    assert "Excluded: not adult, n 6 (1 unknown)" in text
    assert "Table 1. Baseline characteristics" in text
    assert "Months from first remission" in text


def test_no_code_stands_where_a_label_belongs(text, example):
    """No word of the definitions but those that a reader would type."""
    shown = re.sub(r"<(style|script).*?</\1>", "", text, flags=re.DOTALL)
    shown = re.sub(r"<[^>]*>", "\n", shown)
    words = set(re.findall(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b", shown))
    with duckdb.connect(str(example.warehouse), read_only=True) as connection:
        columns = connection.execute(
            "select concat_ws(' ', parameter, value) from marts.study_parameters "
            "union all select distinct table_name from information_schema.tables"
        ).fetchall()
    # Parameters, and tables of the delivery, are called what they are to be typed.
    typed = set(re.findall(r"\w+", " ".join(name for (name,) in columns)))
    assert words <= typed
    assert "CONFLICT" not in shown
    spoken = re.findall(r"(?i)\b(mrd pos|rr ph neg|cr crh cri|nrm after)\b", shown)
    assert spoken == []


def test_a_real_delivery_is_not_called_synthetic_and_a_refused_one_is_named(
    bmt, tmp_path, capsys
):
    path = tmp_path / "warehouse.duckdb"
    shutil.copy(bmt.warehouse, path)
    path.chmod(0o644)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "update marts.delivery_log set delivery_id = 'D2'; "
            "insert into marts.delivery_log (build_id, verdict, reason, delivery_id, "
            "started_at) values ('b2', 'refused', 'no <patients.csv>', 'D3', "
            "timestamp '2131-02-01 09:00:00'); "
            "update marts.survival_analyses set caution = '<script>alert(1)</script>' "
            "where analysis_id = 'rr_ph_neg__os'"
        )
    text = write(path, tmp_path / "out")
    assert capsys.readouterr().out == f"{tmp_path / 'out' / 'index.html'}\n"
    assert "Synthetic" not in text
    assert "Delivery D3 came later and was refused: no &lt;patients.csv&gt;" in text
    assert "<script>alert" not in text
    assert main(["estimate", "--warehouse", str(path)]) == 0
    assert "delivery D3 was refused" in capsys.readouterr().err


def test_the_same_marts_give_the_same_bytes(example, text, tmp_path):
    assert write(example.warehouse, tmp_path) == text
    names = {"index.html", "quality.html", "figures", "tables", "tables.rtf"}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_one_analysis_can_be_asked_for(example, tmp_path):
    text = write(example.warehouse, tmp_path, "--analysis", "rr_ph_neg__os")
    assert 'id="rr_ph_neg__os"' in text
    assert 'id="mrd_pos__os"' not in text
    assert "30.5 to NE" not in text


def test_a_study_without_published_numbers_has_no_chapter_on_them(example, tmp_path):
    path = tmp_path / "warehouse.duckdb"
    shutil.copy(example.warehouse, path)
    path.chmod(0o644)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "delete from marts.published_comparison; "
            "delete from marts.published_directions; "
            "delete from definitions.report_results; "
            "delete from definitions.response_rows; "
            "update definitions.study set text = 'Another study' where item = 'title'; "
            "delete from definitions.study where item <> 'title'; "
            "delete from definitions.report_figures where section = 'transplantation'; "
            "delete from definitions.report_tables where section = 'transplantation'"
        )
    text = write(path, tmp_path / "out")
    titles = re.findall(r'<h2 id="[^"]*">([^<]*)</h2>', text)
    assert titles[:3] == ["Study population", "Baseline characteristics", "Survival"]
    assert "Transplantation" not in titles
    assert not any("publication" in title for title in titles)
    assert "<h1>Another study</h1>" in text
    assert "NEUF" not in re.sub(r"<h2 id=\"appendix.*", "", text, flags=re.DOTALL)
