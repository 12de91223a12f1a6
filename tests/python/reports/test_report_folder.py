"""One folder per delivery: pages beside the report, nothing of the one before."""

import csv
import re

import duckdb
import pytest
from markupsafe import escape
from report_pages import Page
from survival.cli import main
from survival.report.files import POLICY, catalogue_page

DOCS = '<!doctype html><html><head><title>dbt Docs</title></head>"{}" "{}"</html>'


def write(build, folder, *options):
    arguments = ["--warehouse", str(build.warehouse), "--output", str(folder)]
    assert main(["report", *arguments, *options]) == 0
    return (folder / "index.html").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def target(tmp_path, monkeypatch):
    """dbt's target folder, empty."""
    folder = tmp_path / "target"
    folder.mkdir()
    monkeypatch.setenv("DBT_TARGET_PATH", str(folder))
    return folder


def linked(text):
    return set(re.findall(r'<a href="([^"#]+)"', text))


def test_the_quality_page_holds_every_expectation_and_leads_back(bmt, tmp_path):
    folder = tmp_path / "report"
    assert linked(write(bmt, folder)) == {"quality.html", "tables.rtf"}
    text = (folder / "quality.html").read_text(encoding="utf-8")
    assert linked(text) == {"index.html"}
    assert Page(text).open == []
    assert "default-src 'none'" in text
    with duckdb.connect(str(bmt.warehouse), read_only=True) as connection:
        met = connection.execute(
            "select expectation_id from quality.expectation_results where is_successful"
        ).fetchall()
        failures = connection.execute(
            "select message, n_records from quality.gate_failures"
        ).fetchall()
    shown = set(re.findall(r'<tr><th scope="row">([\w.]+)</th>', text))
    assert len(met) > 50
    assert {name.removeprefix("rule.") for (name,) in met} <= shown
    # The gate's own sentences, with the records that they are of.
    found = re.findall(
        r'<tr><th scope="row">\w+</th><td>([^<]*)</td><td class="number">(\d*)</td>',
        text,
    )
    expected = [
        (str(escape(message)), "" if n is None else str(n)) for message, n in failures
    ]
    assert failures and sorted(found) == sorted(expected)


def test_records_are_on_the_quality_page_with_patients_alone(example, tmp_path):
    folder = tmp_path / "report"
    with duckdb.connect(str(example.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select rule_id, file_line, patient_id from quality.findings "
            "union all select rule_id, file_line, patient_id "
            "from quality.derivation_findings"
        ).fetchall()
    assert len(rows) > 50
    write(example, folder)
    text = (folder / "quality.html").read_text(encoding="utf-8")
    assert "--with-patients" in text
    assert not {patient for _, _, patient in rows} & set(re.findall(r"[\w-]+", text))
    write(example, folder, "--with-patients")
    text = (folder / "quality.html").read_text(encoding="utf-8")
    for rule, line, patient in rows:
        pattern = rf">{rule}</td><td>\w*</td><td>{line or ''}</td><td>\w*</td>"
        assert re.search(rf"{pattern}<td>{patient or ''}</td>", text)


def test_the_catalogue_is_brought_without_requests_and_paths(bmt, target, tmp_path):
    folder = tmp_path / "report"
    text = write(bmt, folder)
    assert "dbt docs generate --static" in text
    assert catalogue_page() is None
    page = target / "static_index.html"
    page.write_text(DOCS.format(target.resolve() / "compiled", tmp_path.cwd()), "utf-8")
    text = write(bmt, folder)
    assert "catalogue.html" in linked(text)
    assert "dbt docs generate" not in text
    catalogue = (folder / "catalogue.html").read_text(encoding="utf-8")
    assert f"<head>{POLICY}<title>" in catalogue
    assert "default-src 'none'" in POLICY
    assert str(target.resolve()) not in catalogue
    assert str(tmp_path.cwd()) not in catalogue


def test_a_masked_report_removes_what_the_one_before_told(example, tmp_path):
    folder = tmp_path / "report"
    write(example, folder, "--with-patients", "--tests", "--formats", "svg,png")
    own = folder / "tables" / "of-the-user.csv"
    own.write_text("kept", encoding="utf-8")
    before = {path.relative_to(folder) for path in folder.rglob("*.*")}
    text = write(example, folder, "--minimum-cell", "5")
    assert linked(text) == {"tables.rtf"}
    assert own.read_text(encoding="utf-8") == "kept"
    fresh = tmp_path / "fresh"
    write(example, fresh, "--minimum-cell", "5")
    after = {path.relative_to(folder): path for path in folder.rglob("*.*")}
    expected = {path.relative_to(fresh): path for path in fresh.rglob("*.*")}
    assert after.keys() - {own.relative_to(folder)} == expected.keys()
    for name, path in expected.items():
        assert after[name].read_bytes() == path.read_bytes(), name
    assert len(before) > len(after) + 50


def test_a_link_of_the_report_leads_to_a_file(bmt, target, tmp_path):
    (target / "static_index.html").write_text(DOCS, encoding="utf-8")
    folder = tmp_path / "report"
    for address in linked(write(bmt, folder)):
        assert (folder / address).is_file()
    with (folder / "tables" / "table_1.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) > 20
