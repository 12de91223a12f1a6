"""The files beside the page: the same numbers and the same drawings."""

import csv
import re
from html.parser import HTMLParser

import pytest
from survival.cli import main
from survival.formatting import escape_formula
from survival.report.document import Table, heading, row
from survival.report.files import csv_of, rtf_of, standalone
from survival.report.painting import painted

CURVES = "mrd_pos__os__by_mrd_response"


@pytest.fixture(scope="module")
def folder(example, tmp_path_factory):
    """The folder of the example's report."""
    folder = tmp_path_factory.mktemp("report")
    warehouse = str(example.warehouse)
    assert main(["report", "--warehouse", warehouse, "--output", str(folder)]) == 0
    return folder


class Cells(HTMLParser):
    """Texts of the cells of each table of the page, by the table's id."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.cell = {}, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if attributes.get("id", "").startswith("table-"):
            self.rows = self.tables.setdefault(attributes["id"][6:], [])
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.cell = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.rows[-1].append(self.cell.strip())
            self.cell = None


def test_each_table_of_the_page_is_a_csv_file_with_its_cells(folder):
    page = Cells((folder / "index.html").read_text(encoding="utf-8"))
    files = {path.stem: path for path in (folder / "tables").iterdir()}
    assert files.keys() == page.tables.keys()
    assert len(files) > 15
    for name, rows in page.tables.items():
        with files[name].open(encoding="utf-8", newline="") as file:
            found = [line[1:] for line in csv.reader(file)]
        width = len(rows[0])
        expected = [
            [escape_formula(c) for c in cells] for cells in rows if len(cells) > 1
        ]
        assert found == expected, name
        assert {len(cells) for cells in found} == {width}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula_to_a_spreadsheet(text):
    table = Table("t", "T", ("a", "b"), (row("x", text), row(text, "y")))
    cells = [cell for line in csv.reader(csv_of(table).splitlines()) for cell in line]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def test_a_csv_file_names_the_block_of_each_row():
    table = Table(
        "t",
        "T",
        ("a", "b"),
        (heading("Block"), row("x, y", '1"', is_inner=True), row("z", "2")),
    )
    assert csv_of(table) == 'block,a,b\nBlock,"x, y","1"""\n,z,2\n'


def test_the_word_processor_gets_every_table(folder):
    text = (folder / "tables.rtf").read_text(encoding="ascii")
    assert text.startswith("{\\rtf1") and text.rstrip().endswith("}")
    bare = re.sub(r"\\[{}\\]", "", text)
    assert bare.count("{") == bare.count("}")
    n_tables = len(list((folder / "tables").iterdir()))
    assert text.count("\\sb240\\sa80\\b ") == n_tables
    # Each row has as many cells as cell edges.
    for line in re.findall(r"\\trowd.*", text):
        assert line.count("\\cellx") == len(re.findall(r"\\cell\b", line))
    assert "not for release" in text
    assert "70 of 83" in text


def test_letters_beyond_ascii_are_escaped_for_the_word_processor():
    text = rtf_of([Table("t", "{T}", ("a",), (row("\u2265 5"), row("\uffe6")))], [])
    assert "\\{T\\}" in text
    assert "\\u8805? 5" in text
    assert "\\u-26?" in text


def test_each_figure_of_the_article_is_an_svg_file_with_its_own_letters(folder):
    names = {path.stem for path in (folder / "figures").iterdir()}
    assert {"figure_1a", "rr_ph_pos__rfs", "supplementary_fig_4", "attrition"} <= names
    text = (folder / "figures" / f"{CURVES}.svg").read_text(encoding="utf-8")
    assert "src: url(data:font/woff;base64," in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    page = (folder / "index.html").read_text(encoding="utf-8")
    drawing = re.search(rf'<svg[^>]*data-name="{CURVES}".*?</svg>', page, re.DOTALL)
    body = drawing.group(0).partition(">")[2]
    assert body in text


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_a_painted_figure_has_the_same_bytes_each_time(folder, kind):
    svg = (folder / "figures" / f"{CURVES}.svg").read_text(encoding="utf-8")
    first, second = (painted(without_style(svg), kind=kind) for _ in range(2))
    assert first == second
    assert first.startswith({"png": b"\x89PNG", "pdf": b"%PDF"}[kind])


def without_style(svg):
    return re.sub(r"<style>.*?</style>", "", svg, flags=re.DOTALL)


def test_the_fonts_are_in_the_pdf(folder):
    svg = (folder / "figures" / "figure_1a.svg").read_text(encoding="utf-8")
    content = painted(without_style(svg), kind="pdf")
    assert b"/FontFile2" in content
    assert b"/Subtype /Type3" not in content
    assert b"CreationDate" not in content


def test_a_painted_curve_stands_where_the_svg_has_it():
    from io import BytesIO

    from matplotlib.image import imread

    curve = '<path class="line" d="M0 900000H50V500000H100"/>'
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        '<g class="curve c0"><g transform="translate(0 100) scale(1 -0.0001)">'
        f"{curve}</g></g></svg>"
    )
    image = imread(BytesIO(painted(svg, kind="png")))
    height, width = image.shape[:2]

    def is_blue(x, y):
        red, _, blue = image[int(y * height), int(x * width), :3]
        return blue > 0.6 and red < 0.2

    assert is_blue(0.25, 0.1) and is_blue(0.75, 0.5)
    assert not is_blue(0.25, 0.5) and not is_blue(0.75, 0.1)


def test_an_svg_file_keeps_what_the_page_draws():
    svg = '<svg viewBox="0 0 1 1"><rect class="read-off"/></svg>'
    text = standalone(svg)
    assert text.endswith('<rect class="read-off"/></svg>\n')
    assert ".drawing .band" in text


def test_a_format_that_there_is_not_is_refused(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["report", "--formats", "svg,gif"])
    assert stop.value.code == 2
    assert "not a list of svg, png and pdf" in capsys.readouterr().err
