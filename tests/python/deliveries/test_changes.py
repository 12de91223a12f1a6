"""What a build says of the one before: records, patients and results that changed."""

import csv
import html
import re
import shutil
from pathlib import Path

import duckdb
import pytest
from building.causes import explain
from building.results import ChangesFailed, read_published
from building.steps import CAUSES
from dbt_builds import PROJECT, build
from delivery.contract import delivery_contract
from delivery_files import as_parquet, copied, read_rows, renewed
from delivery_writers import shuffled
from survival.cli import main
from survival.movements import is_moved

EXAMPLE = PROJECT / "dbt_project" / "deliveries" / "example"
LATER = {
    "delivery_id": "edited",
    "delivered_on": "2018-07-15",
    "data_cutoff_date": "2018-06-30",
}
WITHDRAWN = "02830"
SPELLED = ("sensitivity", "0.0001")
# Of a record found by some of its cells: what is put into it.
EDITS = [
    # A death found that was before the cut-off.
    (
        "follow_up",
        {"patient_id": "01380"},
        {
            "last_contact_date": "2017-02-01",
            "vital_status": "dead",
            "death_date": "2017-02-01",
            "death_cause": "relapse",
        },
    ),
    # A contact after it.
    ("follow_up", {"patient_id": "03256"}, {"last_contact_date": "2018-06-01"}),
    # A response read again.
    (
        "mrd_assessments",
        {"patient_id": "02390", "sample_date": "2016-07-16"},
        {"result": "quantifiable", "mrd_level": "0.01"},
    ),
    # A relapse on another day, which is its key.
    ("relapses", {"patient_id": "02390"}, {"relapse_date": "2017-03-14"}),
    ("patients", {"patient_id": "01182"}, {"consent": "refused"}),
]
RECORDS = {
    ("follow_up", "01380", "last_contact_date", "changed", "2016-12-14", "2017-02-01"),
    ("follow_up", "01380", "vital_status", "changed", "alive", "dead"),
    ("follow_up", "01380", "death_date", "changed", None, "2017-02-01"),
    ("follow_up", "01380", "death_cause", "changed", None, "relapse"),
    ("follow_up", "03256", "last_contact_date", "changed", "2017-10-15", "2018-06-01"),
    *(
        ("mrd_assessments", "02390", *change)
        for change in [
            ("result", "changed", "below_quantifiable", "quantifiable"),
            ("mrd_level", "changed", None, "0.01"),
        ]
    ),
    *(
        ("relapses", "02390", *change)
        for change in [
            ("patient_id", "removed", "02390", None),
            ("relapse_date", "removed", "2017-02-14", None),
            ("relapse_type", "removed", "haematological", None),
            ("patient_id", "added", None, "02390"),
            ("relapse_date", "added", None, "2017-03-14"),
            ("relapse_type", "added", None, "haematological"),
        ]
    ),
    ("patients", "01182", "consent", "changed", "given", "refused"),
}


def written(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def sent_otherwise(folder: Path) -> Path:
    """The example: other lines, formats and spellings, and the same records."""
    copied(folder)
    path = folder / "mrd_assessments.csv"
    rows = read_rows(path)
    for row in rows:
        if row["sensitivity"] == "0.0001":
            row["sensitivity"] = " 1e-4"
    written(path, rows[::-1])
    shuffled(folder, "medications")
    as_parquet(folder, "blood_counts")
    return renewed(folder)


def edited_later(folder: Path) -> Path:
    """The example a month later, with the edits and without a patient."""
    copied(folder)
    for path in folder.glob("*.csv"):
        rows = read_rows(path)
        if path.stem == "manifest":
            rows = [row | LATER for row in rows]
        for table, found_by, cells in EDITS:
            if table == path.stem:
                (row,) = (row for row in rows if found_by.items() <= row.items())
                row.update(cells)
        kept = [row for row in rows if row.get("patient_id") != WITHDRAWN]
        written(path, kept)
    return renewed(folder)


@pytest.fixture(scope="module")
def published(example, tmp_path_factory):
    """What each of three builds published, one over the other, on the example's."""
    place = tmp_path_factory.mktemp("deliveries")
    otherwise, edits = sent_otherwise(place / "a"), edited_later(place / "b")
    shutil.copyfile(example.warehouse, place / "warehouse.duckdb")
    builds = {}
    for name, delivery, variables in [
        ("otherwise", otherwise, None),
        ("edited", edits, None),
        ("redefined", edits, {"adult_age_years": 40}),
    ]:
        built = build(delivery, place, variables=variables)
        assert built.exit_code == 0, built.output
        builds[name] = shutil.copyfile(built.warehouse, place / f"{name}.duckdb")
    return {"first": example.warehouse, **builds}


def rows(warehouse: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("name", ["first", "otherwise"])
@pytest.mark.parametrize(
    "mart", ["record_changes", "patient_changes", "result_changes"]
)
def test_nothing_changed_on_a_first_delivery_nor_when_it_is_sent_otherwise(
    published, name, mart
):
    assert rows(published[name], f"from marts.{mart}") == []


def test_the_ledger_of_records_holds_the_edits_and_no_more(published):
    found = rows(
        published["edited"],
        "select table_name, patient_id, column_name, change, value_before, value_after "
        f"from marts.record_changes where patient_id <> '{WITHDRAWN}'",
    )
    assert len(found) == len(RECORDS)
    assert set(found) == RECORDS


def test_a_withdrawn_patient_is_each_cell_that_was_delivered(published):
    found = rows(
        published["edited"],
        "select table_name, column_name, value_before from marts.record_changes "
        f"where patient_id = '{WITHDRAWN}' and change = 'removed'",
    )
    delivered = [
        # Spelled as the delivery before spelled it.
        (path.stem, name, "1e-4" if (name, value) == SPELLED else value)
        for path in EXAMPLE.glob("*.csv")
        for row in read_rows(path)
        if row.get("patient_id") == WITHDRAWN
        for name, value in row.items()
        if value
    ]
    assert sorted(found) == sorted(delivered)


def test_a_record_delivered_twice_and_corrected_twice_is_two_changes(example, tmp_path):
    """One sample and an exact copy of its record, in both deliveries."""
    copy = shutil.copyfile(example.warehouse, tmp_path / "warehouse.duckdb")
    samples = "warehouse.delivery.mrd_assessments"
    one = "patient_id = '00495' and sample_date = '2015-03-14' and technique = 'pcr'"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{copy}' as warehouse")
        connection.execute("attach ':memory:' as earlier")
        connection.execute(
            "create table earlier.build as select date '2018-03-31' as data_cutoff_date"
        )
        connection.execute(
            f"insert into {samples} select * replace (file_line + 100000 as file_line) "
            f"from {samples} where {one}"
        )
        connection.execute(f"update {samples} set mrd_level = '0.00131' where {one}")
        for table_name in delivery_contract():
            connection.execute(
                f"create table earlier.delivered_{table_name} as "
                f"from warehouse.delivery.{table_name}"
            )
        connection.execute(f"update {samples} set mrd_level = '0.00231' where {one}")
        query = example.model("record_changes")
        found = connection.sql(
            f"select patient_id, column_name, value_before, value_after from ({query})"
        ).fetchall()
    assert found == 2 * [("00495", "mrd_level", "0.00131", "0.00231")]


def test_what_happened_after_the_cut_off_is_told_from_a_correction(published):
    assert rows(
        published["edited"],
        "select patient_id, column_name from marts.record_changes "
        "where is_after_cutoff",
    ) == [("03256", "last_contact_date")]


def test_patients_change_by_what_was_edited_of_them(published):
    found = rows(
        published["edited"],
        "select patient_id, mart, mart_key, mart_column, value_before, value_after, "
        "n_records_changed from marts.patient_changes",
    )
    assert {row[0] for row in found} == {"01380", "03256", "02390", "01182", WITHDRAWN}
    os = "endpoint=os censoring_rule=standard"
    # Deaths and contacts by the calendar: 2016-07-06 to 2017-02-01, 2016-08-25 to the
    # study's end on 2017-12-31.
    for row in [
        ("01380", "time_to_event", os, "time_days", "161", "210", 1),
        ("01380", "time_to_event", os, "status", "0", "1", 1),
        ("01380", "time_to_event", os, "ended_by", "last_contact", "death", 1),
        ("03256", "time_to_event", os, "time_days", "416", "493", 1),
        ("03256", "time_to_event", os, "ended_by", "last_contact", "study_end", 1),
        ("01182", "cohort", "", "is_included", "true", "false", 1),
        ("01182", "cohort", "", "exclusion_step", None, "6", 1),
    ]:
        assert row in found
    assert (WITHDRAWN, "cohort", "", "is_included", "true", None) in {
        row[:6] for row in found
    }


def test_a_patients_death_names_the_record_that_says_so(published):
    assert rows(
        published["edited"],
        "select distinct source_record_before, source_record_after "
        "from marts.patient_changes where patient_id = '01380' "
        "and mart_key = 'endpoint=os censoring_rule=standard' "
        "and mart_column = 'status'",
    ) == [("follow_up:5", "follow_up:5")]


def test_results_change_by_the_difference_of_the_two_marts(published):
    before, after = (
        dict(
            rows(
                published[name],
                "select mart_key, estimate from (select *, 'analysis_id=' || "
                "analysis_id || ' stratum=' || stratum || ' statistic=' || statistic "
                "|| coalesce(' at_month=' || at_month, '') as mart_key "
                "from marts.survival_summary)",
            )
        )
        for name in ("otherwise", "edited")
    )
    expected = {
        (key, before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if is_moved(before.get(key), after.get(key))
    }
    found = rows(
        published["edited"],
        "select mart_key, value_before, value_after from marts.result_changes "
        "where mart = 'survival_summary' and mart_column = 'estimate'",
    )
    assert len(found) == len(expected) > 100
    assert set(found) == expected


def test_the_cohort_of_results_is_smaller_by_those_who_left(published):
    assert rows(
        published["edited"],
        "select change, value_before, value_after, difference "
        "from marts.result_changes where mart = 'table_one' and mart_column = 'value' "
        "and mart_key = "
        "'population=all subset=all variable=patients level=all statistic=count'",
    ) == [("changed", 249, 247, -2)]


def test_a_definition_changes_patients_and_results_without_a_record(published):
    assert rows(published["redefined"], "from marts.record_changes") == []
    left = rows(
        published["redefined"],
        "select n_records_changed, count(*) from marts.patient_changes "
        "where mart_column = 'is_included' and value_after = 'false' group by all",
    )
    assert [n_records for n_records, _ in left] == [0]
    ((difference,),) = rows(
        published["redefined"],
        "select difference from marts.result_changes where mart_column = 'value' and "
        "mart_key = "
        "'population=all subset=all variable=patients level=all statistic=count'",
    )
    assert difference == -left[0][1] < 0


# Results before and after, and what is said of them.
RESULTS = [
    ("as_before", 50.0, 50.0, None),
    ("other_order_of_a_sum", 0.1 + 0.2, 0.3, None),
    ("near_zero", 0.0, 1e-17, None),
    ("still_not_reached", None, None, None),
    ("one_in_a_million", 50.0, 50.00005, "changed"),
    ("reached", None, 12.5, "changed"),
    ("not_reached", 12.5, None, "changed"),
    ("zero_and_null", 0.0, None, "changed"),
]


def test_rounding_alone_is_no_change(example):
    with duckdb.connect(":memory:") as connection:
        for statement in (
            "attach ':memory:' as warehouse",
            "attach ':memory:' as earlier",
            "create schema warehouse.marts",
            "create schema warehouse.delivery",
            "create table earlier.build as select 'one' as build_id",
            "create table warehouse.delivery.build_log as "
            "select 'two' as build_id, null as verdict",
            "create table warehouse.marts.result_history (build_id varchar, "
            "mart varchar, mart_key varchar, mart_column varchar, value double)",
        ):
            connection.execute(statement)
        for name, before, after, _ in RESULTS:
            for build_id, value in (("one", before), ("two", after)):
                connection.execute(
                    "insert into warehouse.marts.result_history "
                    "values (?, 'table_one', ?, 'value', ?)",
                    [build_id, name, value],
                )
        query = example.model("result_changes")
        told = connection.sql(f"select mart_key, change from ({query})").fetchall()
    assert dict(told) == {name: said for name, *_, said in RESULTS if said}
    for _, before, after, said in RESULTS:
        assert is_moved(before, after) == bool(said)


def test_history_keeps_every_number_of_every_published_build(published):
    history = rows(
        published["redefined"],
        "select count(*) from marts.result_history group by build_id",
    )
    built = rows(
        published["redefined"],
        "select count(*) from marts.delivery_log where verdict = 'published'",
    )
    assert len(history) == built[0][0] == 4
    assert (
        rows(
            published["redefined"],
            "select columns.table_name, columns.column_name "
            "from duckdb_columns() as columns "
            "where schema_name = 'marts' and table_name in ('table_one', "
            "'response_summary', 'outcome_summary', 'survival_summary') "
            "and data_type <> 'VARCHAR' and column_name <> 'at_month' "
            "except select mart, mart_column from marts.result_history",
        )
        == []
    )


def test_a_hash_of_the_marts_tells_other_marts(published):
    hashes = rows(published["redefined"], "select marts_hash from marts.delivery_log")
    assert len(set(hashes)) == 4
    assert all(len(value) == 64 for (value,) in hashes)


N_PATIENTS = (
    "table_one",
    "population=all subset=all variable=patients level=all statistic=count",
    "value",
)


def causes_of(published, old: str, new: str, *, is_reversed: bool = False) -> dict:
    movements = explain(
        published[old],
        published[new],
        is_reversed=is_reversed,
        step=lambda name: None,
    )
    return {movement.cell: movement for movement in movements}


@pytest.fixture(
    scope="module",
    params=[False, pytest.param(True, marks=pytest.mark.proof)],
    ids=["in_order", "reversed"],
)
def explained(published, request):
    return causes_of(published, "otherwise", "edited", is_reversed=request.param)


def test_the_causes_of_every_result_sum_to_its_movement(published, explained):
    moved = rows(
        published["edited"],
        "select mart, mart_key, mart_column, value_before, value_after "
        "from marts.result_changes",
    )
    assert len(moved) > 1000
    for *cell, before, after in moved:
        movement = explained[tuple(cell)]
        assert (movement.before, movement.after) == (before, after)
        assert movement.causes
        if movement.shares:
            size = max(1, abs(before), abs(after))
            assert sum(movement.shares.values()) == pytest.approx(
                after - before, rel=0, abs=1e-12 * size
            )
    # What moved there and back is told as well, and nothing else.
    assert all(
        not is_moved(explained[cell].before, explained[cell].after)
        for cell in explained.keys() - {tuple(cell) for *cell, _, _ in moved}
    )


def test_each_edit_is_its_own_cause(explained):
    nothing = dict.fromkeys(CAUSES, 0)
    # One was withdrawn; of one the consent is refused.
    assert explained[N_PATIENTS].shares == nothing | {"patients": -1, "corrections": -1}
    # The death that was found is a correction, in whatever order.
    deaths = explained[
        "survival_summary",
        "analysis_id=rr_ph_neg__os stratum=all statistic=median_months",
        "n_event",
    ]
    assert deaths.shares == nothing | {"corrections": 1}
    assert {cause for movement in explained.values() for cause in movement.causes} == {
        "patients",
        "corrections",
        "follow_up",
    }


@pytest.fixture(scope="module")
def redefined(published):
    return causes_of(published, "edited", "redefined")


def test_another_definition_is_the_one_cause_of_what_it_moves(redefined):
    assert redefined[N_PATIENTS].shares["definitions"] < 0
    assert {movement.causes for movement in redefined.values()} == {("definitions",)}


def test_cells_are_named_as_the_history_names_them(published):
    read = read_published(published["edited"])
    assert read.cells == {
        tuple(cell): value
        for *cell, value in rows(
            published["edited"],
            "select mart, mart_key, mart_column, value from marts.result_history "
            f"where build_id = '{read.build_id}'",
        )
    }


def test_what_is_no_published_file_is_told_in_a_line(published, tmp_path):
    with pytest.raises(ChangesFailed, match="nothing is published in it"):
        explain(
            tmp_path / "none.duckdb",
            published["edited"],
            is_reversed=False,
            step=lambda name: None,
        )


def test_the_command_prints_the_headlines_and_what_is_asked_for(
    redefined, monkeypatch, capsys
):
    monkeypatch.setattr(
        "building.causes.explain", lambda *_, **__: list(redefined.values())
    )
    files = ["april.duckdb", "may.duckdb"]
    assert main(["changes", *files]) == 0
    printed = capsys.readouterr()
    assert "in this order: code, definitions, patients" in printed.err
    assert N_PATIENTS[1] + " value" in printed.out
    assert main(["changes", *files, "--result", "rr__os", "--format", "csv"]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.startswith("mart,mart_key,mart_column,before,after,code,definitions")
    assert lines and all("rr__os" in line for line in lines)


def chapter(published, name: str, folder: Path, *options: str) -> str:
    """The text of the report's chapter on the delivery before, or nothing."""
    warehouse = ["--warehouse", str(published[name])]
    assert main(["report", *warehouse, "--output", str(folder), *options]) == 0
    page = (folder / "index.html").read_text(encoding="utf-8")
    _, found, rest = page.partition('id="since"')
    text = re.sub(r"<[^>]+>", " ", rest.partition("<section")[0]) if found else ""
    return " ".join(html.unescape(text).split())


def test_the_report_tells_what_moved_since_the_last_delivery(published, tmp_path):
    text = chapter(published, "edited", tmp_path)
    assert (
        "Compared with delivery neuf-synthetic-twin-1 (data cut-off 2018-03-31)" in text
    )
    ((before, now),) = rows(
        published["edited"],
        "select value_before, value_after from marts.result_changes where mart_key = "
        "'analysis_id=all__os stratum=all statistic=median_months' "
        "and mart_column = 'estimate'",
    )
    moved = f"{now - before:+.1f}".replace("-", "\N{MINUS SIGN}")
    assert f"All patients {before:.1f} {now:.1f} {moved}" in text
    assert "Left: no longer delivered 1" in text
    assert "Follow up 0 1 0 1 1" in text
    assert (tmp_path / "figures" / "since_history.svg").exists()


@pytest.fixture
def moved_file(explained, monkeypatch, capsys, tmp_path):
    """What the command writes of the movements, kept."""
    monkeypatch.setattr(
        "building.causes.explain", lambda *_, **__: list(explained.values())
    )
    assert main(["changes", "april", "may", "--format", "csv"]) == 0
    path = tmp_path / "moved.csv"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    return path


def test_the_report_gives_each_movement_its_causes(
    published, explained, moved_file, tmp_path
):
    text = chapter(
        published, "edited", tmp_path / "report", "--changes", str(moved_file)
    )
    movement = explained[
        "survival_summary",
        "analysis_id=all__os stratum=all statistic=median_months",
        "estimate",
    ]
    assert movement.shares
    words = {
        "patients": "patients added or removed",
        "corrections": "corrections",
        "follow_up": "new follow-up",
    }
    causes = ", ".join(
        f"{words[cause]} "
        + (
            f"{share:+.1f}".replace("-", "\N{MINUS SIGN}")
            if abs(share) >= 0.05
            else "less than 0.1"
        )
        for cause, share in movement.shares.items()
        if share
    )
    assert f"{movement.before:.1f} {movement.after:.1f}" in text
    assert causes in text
    assert "survival changes says why" not in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "the file is of other builds"),
        (("--minimum-cell", "5"), "a count that moved is a small one"),
    ],
)
def test_movements_of_other_builds_or_of_small_counts_are_refused(
    published, moved_file, tmp_path, capsys, options, said
):
    command = ["report", "--warehouse", str(published["redefined"])]
    place = ["--output", str(tmp_path / "report")]
    assert main([*command, *place, "--changes", str(moved_file), *options]) == 2
    assert said in capsys.readouterr().err
    assert main([*command, *place, "--changes", str(published["redefined"])]) == 2
    assert "is not what `survival changes" in capsys.readouterr().err


def test_a_first_delivery_has_no_such_chapter(published, tmp_path):
    assert chapter(published, "first", tmp_path) == ""


def test_a_masked_report_tells_no_movement(published, tmp_path):
    text = chapter(published, "edited", tmp_path, "--minimum-cell", "5")
    assert "What changed since delivery neuf-synthetic-twin-1 is left out" in text
    # The heading and the sentence: no table, no figure, no count of what moved.
    assert len(text) < 250
    assert not list((tmp_path / "figures").glob("since*"))


def test_files_of_two_versions_are_told_in_a_line(published, tmp_path):
    older = shutil.copyfile(published["edited"], tmp_path / "older.duckdb")
    older.chmod(0o600)
    with duckdb.connect(str(older)) as connection:
        connection.execute(
            "alter table delivery.manifest rename data_cutoff_date to cutoff"
        )
    with pytest.raises(ChangesFailed, match="not of one version of the project"):
        explain(older, published["edited"], is_reversed=False, step=lambda name: None)
