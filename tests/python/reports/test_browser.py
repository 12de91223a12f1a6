"""The report in a browser: nothing asked for, nothing hidden, everything in reach.

Playwright drives the system's own Chromium; no browser is downloaded. The tests are
skipped, with that reason, where there is no Chromium.
"""

import os
import re
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from survival.cli import main

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium on PATH: install the system's chromium"
)
WIDTHS = {"phone": 390, "laptop": 1280}
FIGURE = "mrd_pos__os__by_mrd_response"


@pytest.fixture(scope="module")
def report(example, tmp_path_factory):
    """Address of the report of the example delivery."""
    folder = tmp_path_factory.mktemp("report")
    warehouse = str(example.warehouse)
    assert main(["report", "--warehouse", warehouse, "--output", str(folder)]) == 0
    return (folder / "index.html").as_uri()


@pytest.fixture(scope="module")
def full(example, tmp_path_factory):
    """The folder of a report with all that can be asked for."""
    folder = tmp_path_factory.mktemp("full")
    arguments = ["--warehouse", str(example.warehouse), "--output", str(folder)]
    assert main(["report", *arguments, "--tests", "--with-patients"]) == 0
    return folder


@pytest.fixture(scope="module")
def browser():
    """The system's Chromium; without its sandbox where root runs it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser, report):
    """The report, opened on a laptop; at the end nothing may have gone wrong."""
    page = browser.new_page(viewport={"width": WIDTHS["laptop"], "height": 900})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append((request.resource_type, request)))
    page.goto(report)
    yield page
    page.close()
    assert said == []
    # The font lies in the page: nothing is asked for but the pages themselves.
    others = [
        request.url
        for kind, request in asked
        if not request.url.startswith("file:" if kind == "document" else "data:")
    ]
    assert others == []


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_every_figure_is_visible_and_the_page_does_not_scroll_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    assert_figures_fill_their_place(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert figures_wider_than_their_place(page) == 0


def test_every_figure_is_visible_in_print(page):
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 960})
    assert_figures_fill_their_place(page)
    assert not page.locator("nav").is_visible()
    assert figures_wider_than_their_place(page) == 0


def figures_wider_than_their_place(page):
    return page.evaluate(
        "[...document.querySelectorAll('figure')].filter("
        "f => f.scrollWidth > f.clientWidth + 1).length"
    )


def assert_figures_fill_their_place(page):
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    boxes = page.evaluate(
        "[...document.querySelectorAll('figure svg')].map(svg => {"
        "const box = svg.getBoundingClientRect();"
        "return [svg.dataset.name, box.width, box.height]})"
    )
    assert len(boxes) > 100
    for name, width, height in boxes:
        assert width > 300 and height > 60, name


def test_no_label_of_a_figure_is_cut_off(page):
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    cut = page.evaluate(
        "[...document.querySelectorAll('figure svg')].flatMap(svg => {"
        "const outer = svg.getBoundingClientRect();"
        "return [...svg.querySelectorAll('text')].filter(text => {"
        "const box = text.getBoundingClientRect();"
        "return box.width && (box.right > outer.right + 1 || "
        "box.left < outer.left - 1 || box.bottom > outer.bottom + 1)"
        "}).map(text => svg.dataset.name + ': ' + text.textContent)})"
    )
    assert cut == []


def test_a_pointer_reads_the_curves_off(page):
    area = page.locator(f"#{FIGURE} .read-off")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30)
    reading = page.locator("#reading")
    assert reading.is_visible()
    lines = reading.inner_text().split("\n")
    assert re.fullmatch(r"Day \d+ \(\d+\.\d months\)", lines[0])
    pattern = r"MRD (non)?responder: \d+\.\d% \(\d+\.\d to \d+\.\d\), \d+ at risk"
    assert len(lines) == 3
    assert all(re.fullmatch(pattern, line) for line in lines[1:])
    page.mouse.move(5, 5)
    assert not reading.is_visible()


def test_the_arrow_keys_read_the_curves_off(page):
    area = page.locator("#rr_ph_neg__os .read-off")
    area.focus()
    assert page.locator("#reading").is_visible()
    area.press("End")
    last = int(area.get_attribute("aria-valuemax"))
    assert area.get_attribute("aria-valuenow") == str(last)
    area.press("Home")
    area.press("PageUp")
    text = area.get_attribute("aria-valuetext")
    assert text.startswith("Day 183 (6.0 months); overall survival: ")
    # Supplementary Table 4 has the same digits.
    cells = page.locator("#table-supplementary_table_4_os tr", has_text="R/R Ph")
    row = cells.filter(has_text="R/R Ph\u2212: overall survival").first
    percent = row.locator("td").nth(4).inner_text().replace(" (", "% (", 1)
    assert f"overall survival: {percent}, " in text


def test_groups_are_switched_off_and_on(page):
    legend = page.locator(f"#{FIGURE} .legend").nth(1)
    curve = page.locator(f"#{FIGURE} .curve").nth(1)
    assert curve.is_visible()
    legend.focus()
    legend.press("Enter")
    assert legend.get_attribute("aria-pressed") == "false"
    assert not curve.is_visible()
    assert page.locator(f"#{FIGURE} .curve").nth(0).is_visible()
    legend.click()
    assert curve.is_visible()


def test_a_number_opens_where_it_comes_from_and_closes_again(page):
    cell = page.locator("#table-table_1 td[data-q]").first
    cell.click()
    origin = page.locator("#origin")
    assert origin.is_visible()
    words = origin.inner_text()
    assert "select numerator, value from marts.table_one where population = " in words
    assert "marts.table_one: One row per population" in words
    page.keyboard.press("Escape")
    assert not origin.is_visible()
    button = page.locator("#rr_ph_neg__rfs button.origin")
    button.click()
    words = origin.inner_text()
    assert "rr_ph_neg__rfs: time from first remission; event: relapse or death" in (
        words
    )
    assert "(P17)" in words


def test_the_tab_key_reaches_everything(page):
    reached = set()
    for _ in range(400):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "(() => { const e = document.activeElement;"
            "return e.className.baseVal ?? (e.className || e.tagName) })()"
        )
        reached.add(found.split()[0] if found else found)
        if found == "BODY":
            break
    assert {"skip", "A", "SUMMARY", "wide", "origin", "read-off", "legend"} <= reached
    cell = page.locator("#table-table_1 td[data-q]").first
    cell.focus()
    cell.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.locator("#origin").is_visible()


def grave(page):
    """What axe finds serious or worse, with everything unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    violations = Axe().run(page).response["violations"]
    return [
        (found["id"], found["nodes"][0]["html"][:200])
        for found in violations
        if found["impact"] in ("serious", "critical")
    ]


def test_axe_finds_nothing_serious(page):
    assert grave(page) == []


@pytest.mark.parametrize("name", ["index.html", "quality.html"])
def test_axe_finds_nothing_serious_in_what_is_asked_for(page, full, name):
    page.goto((full / name).as_uri())
    assert grave(page) == []
    page.set_viewport_size({"width": WIDTHS["phone"], "height": 900})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= WIDTHS["phone"]


def test_a_number_opens_its_patients_when_they_were_asked_for(page, full):
    page.goto((full / "index.html").as_uri())
    cell = page.locator("#table-attrition td[data-q]").nth(1)
    count = int(cell.inner_text())
    cell.click()
    words = page.locator("#origin .who").inner_text()
    found = re.fullmatch(r"Patients \((\d+)\): (.*)", words)
    assert int(found.group(1)) == count == len(found.group(2).split(", "))
    page.keyboard.press("Escape")
    page.locator("a[href='quality.html']").click()
    assert page.title() == "Quality of the delivery"
    page.get_by_text("To the report").click()
    assert page.title().startswith("Blinatumomab in adults")


def test_the_readme_shows_the_report():
    assets = Path(__file__).parents[3] / "dbt_project" / "docs" / "assets"
    for name in ("report-curves.png", "report-responses.png"):
        content = (assets / name).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < 200_000
