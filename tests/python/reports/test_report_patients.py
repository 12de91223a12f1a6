"""Patients in the report: none unless asked for, and then the right ones."""

import csv
import json
import re
from datetime import timedelta

import duckdb
import pytest
from report_pages import Page
from survival.cli import main

KINDS = {"first_response", "relapse", "hsct", "death", "follow_up_end"}
# These count records: a patient may have several.
COUNTS_RECORDS = ("quality.findings", "intermediate.int_dated_events")


def write(build, folder, *options):
    arguments = ["--warehouse", str(build.warehouse), "--output", str(folder)]
    assert main(["report", *arguments, *options]) == 0
    return folder


@pytest.fixture(scope="module", params=["example", "bmt", "edges"])
def asked(request, tmp_path_factory):
    """A build, and its report with patients."""
    build = request.getfixturevalue(request.param)
    folder = tmp_path_factory.mktemp("patients")
    return build, write(build, folder, "--with-patients")


def rows_of(build, query):
    with duckdb.connect(str(build.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def words_of(folder):
    """Every word of every file of a folder."""
    words = set()
    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode("latin-1")
            words |= set(re.findall(r"[\w-]+", text))
    return words


def test_no_file_names_a_patient_unless_asked(asked, tmp_path):
    build, folder = asked
    ids = {
        patient_id
        for (patient_id,) in rows_of(build, "select patient_id from marts.cohort")
    }
    without = words_of(write(build, tmp_path, "--formats", "svg"))
    # Short pseudonyms, as 001, are numbers of any page; two of the edges are named as
    # the rules that they break.
    rules = {
        rule for (rule,) in rows_of(build, "select rule_id from definitions.gate_rules")
    }
    told = {patient_id for patient_id in ids - rules if len(patient_id) >= 5}
    assert not told & without
    included = {
        patient_id
        for (patient_id,) in rows_of(
            build, "select patient_id from marts.cohort where is_included"
        )
    }
    assert included and included <= words_of(folder)
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'data-patient="' not in text and "Patient by patient" not in text


def test_each_number_opens_exactly_the_patients_that_it_counts(asked):
    _, folder = asked
    text = (folder / "index.html").read_text(encoding="utf-8")
    data = re.search(r'id="definitions">(.*?)</script>', text, re.DOTALL).group(1)
    patients = json.loads(data)["patients"]
    n_counts = 0
    for printed, packed in Page(text).numbers:
        if packed not in patients["of"] or packed.startswith(COUNTS_RECORDS):
            continue
        found = patients["lists"][patients["of"][packed]]
        assert len(set(found)) == len(found)
        columns = packed.split("|")[1].split(",")
        is_count = columns[0].startswith("n_") or columns[0] in (
            "n",
            "numerator",
            "sum(n)",
            "count(*)",
        )
        is_count |= packed.endswith("statistic=count")
        if is_count:
            assert len(found) == int(re.match(r"\d+", printed).group()), packed
            n_counts += 1
    assert n_counts > 150


def test_nearly_every_count_of_patients_has_its_list(example, tmp_path):
    text = (write(example, tmp_path, "--with-patients") / "index.html").read_text()
    data = re.search(r'id="definitions">(.*?)</script>', text, re.DOTALL).group(1)
    of = json.loads(data)["patients"]["of"]
    without = {
        packed.split("|")[0] + "|" + packed.split("|")[1]
        for _, packed in Page(text).numbers
        if packed not in of
    }
    columns = {
        "quality.reconciliation": (
            "n_delivered",
            "n_accepted",
            "n_collapsed",
            "n_quarantined",
        ),
        "marts.published_comparison": (
            "count(*)",
            "count_if(agrees)",
            "published",
            "derived",
            "closest",
        ),
        "marts.published_directions": ("favoured_percent", "other_percent"),
        "marts.cohort_attrition": ("n_unknown",),
    }
    assert without <= {
        f"{table}|{c}" for table, names in columns.items() for c in names
    }


def test_a_swimmer_s_lanes_are_the_marts_days(asked):
    build, folder = asked
    known = {
        patient_id: (population, index, end, reason)
        for patient_id, population, index, end, reason in rows_of(
            build,
            "select patient_id, population, index_date, follow_up_end_date, "
            "follow_up_end_reason from marts.cohort where is_included",
        )
    }
    days = dict.fromkeys(known, None)
    for query in (
        "select patient_id, 'hsct', hsct_date from marts.transplant_outcomes "
        "where hsct_date is not null",
        "select patient_id, 'relapse', min(event_date) "
        "from intermediate.int_patient_timeline where event_type = 'relapse' "
        "and patient_id in (select patient_id from marts.cohort where is_included) "
        "group by patient_id",
        "select patient_id, 'first_response', min(case disease_group "
        "when 'mrd_positive' then mrd_response_date else remission_date end) as day "
        "from marts.responses "
        "join marts.cohort using (patient_id) group by all having day is not null",
    ):
        for patient_id, kind, day in rows_of(build, query):
            days[patient_id] = {**(days[patient_id] or {}), kind: day}
    drawn = {}
    for population in {population for population, *_ in known.values()}:
        path = folder / "figures" / f"swimmer_{population}.svg"
        lanes = re.findall(
            r'<g data-patient="([^"]*)">(.*?)</g>', path.read_text(encoding="utf-8")
        )
        lengths = []
        for patient_id, body in lanes:
            marks = re.findall(r'data-kind="(\w+)" data-day="(-?\d+)"', body)
            drawn[patient_id] = marks
            assert known[patient_id][0] == population
            lengths.append(int(marks[-1][1]))
        assert lengths == sorted(lengths, reverse=True)
    assert drawn.keys() == known.keys()
    for patient_id, marks in drawn.items():
        _, index, end, reason = known[patient_id]
        expected = dict(days[patient_id] or {})
        expected["death" if reason == "death" else "follow_up_end"] = end
        found = {kind: index + timedelta(days=int(day)) for kind, day in marks}
        assert found == expected
        assert found.keys() <= KINDS


def test_the_list_of_patients_is_a_table_too(asked):
    build, folder = asked
    path = folder / "tables" / "patients.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = rows_of(
        build,
        "select patient_id, cast(index_date as varchar), "
        "cast(follow_up_end_date as varchar) from marts.cohort "
        "where is_included order by patient_id",
    )
    columns = ("Patient", "Index", "End of follow-up")
    assert [tuple(row[c] for c in columns) for row in rows] == expected


def test_patients_in_a_masked_report_are_refused(tmp_path, capsys):
    folder = tmp_path / "report"
    arguments = ["--with-patients", "--minimum-cell", "5", "--output", str(folder)]
    assert main(["report", *arguments]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "--with-patients and --minimum-cell exclude each other" in said
    assert not folder.exists()
