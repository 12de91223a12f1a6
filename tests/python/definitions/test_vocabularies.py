"""A word of a definition that nothing defines or reads is refused, in every seed."""

import copy
import re

import pytest
from building.defined_words import NEW, Reference, Tables, references
from building.seeds import read_seeds, seed_columns
from building.vocabularies import (
    cell_faults,
    faults,
    file_faults,
    misplaced_populations,
    undefined_words,
)
from dbt_builds import DELIVERIES, build, project_copy
from delivery.definitions import studies

SLIP = "_slip"


@pytest.fixture
def of_study(monkeypatch):
    """Seeds of a study, to be changed."""

    def chosen(study: str):
        monkeypatch.setenv("STUDY", study)
        return copy.deepcopy(read_seeds())

    return chosen


@pytest.mark.parametrize("study", studies())
def test_every_study_defines_what_it_says(of_study, study):
    of_study(study)
    assert faults({}) == []


def test_every_column_of_words_says_which_words_it_may_hold(of_study):
    declared = {(item.seed, item.column) for item in references(of_study("neuf"))}
    assert [
        f"{name}.{column}"
        for name, columns in seed_columns().items()
        for column, kind in columns.items()
        if kind == "string" and (name, column) not in declared
    ] == []


def test_no_vocabulary_is_of_a_column_that_is_not_there(of_study):
    seeds = of_study("neuf")
    assert {item.seed for item in references(seeds)} <= {*seeds}
    assert [
        f"{item.seed}.{item.column}"
        for item in references(seeds)
        if item.column not in seed_columns()[item.seed]
    ] == []


def places() -> list[tuple[str, str, str]]:
    """Every column of every seed that names a word made elsewhere."""
    return sorted(
        {
            (item.seed, item.column, item.part)
            for item in references(read_seeds())
            for source in item.sources
            if source.relation != "anything"
        }
    )


def _words(
    alternatives: list[Reference], row: dict[str, str], tables: Tables
) -> list[str]:
    """The word of a row that must be made elsewhere."""
    meant = [item for item in alternatives if item.cells(row)]
    is_free = any(
        NEW in source.words(tables, row) for item in meant for source in item.sources
    )
    return (
        [] if is_free else sorted({word for item in meant for word in item.cells(row)})
    )


def _first_use(seeds, name, column, part) -> tuple[int, str] | None:
    """The first row, from 0, with a word of a place, and the word."""
    alternatives = [
        item
        for item in references(seeds)
        if (item.seed, item.column, item.part) == (name, column, part)
    ]
    tables = Tables(seeds)
    for number, row in enumerate(seeds[name]):
        if len(words := _words(alternatives, row, tables)) == 1:
            return number, words[0]
    return None


def uses() -> list[tuple[str, str, str, str]]:
    """Each study with each place in which it says a word."""
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for study in studies():
            patch.setenv("STUDY", study)
            seeds = read_seeds()
            found += [
                (study, *place) for place in places() if _first_use(seeds, *place)
            ]
    return found


USES = uses()


def test_every_study_says_words_in_most_places():
    for study in studies():
        said = sum(1 for use in USES if use[0] == study)
        assert said > len(places()) / 3, study


@pytest.mark.parametrize(("study", "name", "column", "part"), USES)
def test_a_slip_in_a_word_is_told_by_name(of_study, study, name, column, part):
    seeds = of_study(study)
    number, word = _first_use(seeds, name, column, part)
    line, row = number + 2, seeds[name][number]
    row[column] = row[column].replace(f"{part}={word}", f"{part}={word}{SLIP}")
    if not part:
        row[column] = word + SLIP
    said = [fault for fault in undefined_words(seeds) if SLIP in fault]
    assert any(
        re.match(
            rf"seeds/\w+/{name}\.csv, line {line} \(.*\): {part or column} "
            rf"'{word}{SLIP}': nothing defines or reads this word",
            fault,
        )
        for fault in said
    ), said


@pytest.mark.parametrize(
    ("name", "column", "word", "said"),
    [
        ("censoring_rules", "stop_type", "cytotoxic_terapy", "'cytotoxic_therapy'?"),
        ("endpoint_events", "event_type", "relapsed", "did you mean 'relapse'?"),
        ("outcome_measures", "fact", "crs_grade_3", "It may be counted, "),
        ("table_one_levels", "level", "IT", "nothing defines or reads this word"),
        ("survival_analyses", "population", "mrd_poss", "did you mean 'mrd_pos'?"),
        ("disease_groups", "state_at_index", "in_remision", "'in_remission'?"),
        ("disease_statuses", "disease_group", "mrd_postive", "'mrd_positive'?"),
        ("eligibility_criteria", "one_of", "countrys", "did you mean 'countries'?"),
        # One row of several that make a criterion, a subset, a measure or a rule.
        ("eligibility_criteria", "criterion", "diagnosis_data", "_data_complete'?"),
        ("group_criteria", "group_name", "hsct_evaluable", "'hsct_nrm_evaluable'?"),
        ("response_measures", "measure", "mrd_relapsed", "did you mean 'mrd_relapse'?"),
        ("censoring_rules", "censoring_rule", "censored_hsct", "'censored_at_hsct'?"),
        (
            "not_evaluable_reasons",
            "reason",
            "event_date_mising",
            "'event_date_missing'?",
        ),
        ("summary_subsets", "partition_name", "cr_numbers", "'cr_number'?"),
        ("table_one_variables", "split_by", "cr_number", "It may be disease_status"),
        ("published_mapping", "mart_column", "numeratr", "did you mean 'numerator'?"),
        ("published_statements", "other_stratum", "ph_neg", "It may be all"),
        ("report_figures", "at_month", "42", "It may be 6, 12, 18, 24"),
    ],
)
def test_what_passed_silently_is_told_with_the_nearest_word(
    of_study, name, column, word, said
):
    seeds = of_study("neuf")
    row = next(row for row in reversed(seeds[name]) if row[column])
    row[column] = word
    told = f"{column} '{word}': nothing defines or reads this word"
    (fault,) = (fault for fault in undefined_words(seeds) if told in fault)
    assert fault.startswith(f"seeds/neuf/{name}.csv, line ") and said in fault


@pytest.mark.parametrize(
    ("column", "term", "slip", "nearest"),
    [
        ("cmv_status", "positive", "positve", "'positive'?"),
        ("event_type", "acute_gvhd", "acute_gvdh", "'acute_gvhd'?"),
        # A drug or a site is a name, and of no vocabulary: the delivery tells.
        ("drug", "methotrexate", "metotrexate", None),
    ],
)
def test_a_level_is_made_by_a_term_that_its_column_can_hold(
    of_study, column, term, slip, nearest
):
    seeds = of_study("bmt")
    row = next(
        row
        for row in seeds["characteristic_levels"]
        if (row["column_name"], row["term"]) == (column, term)
    )
    row["term"] = slip
    told = undefined_words(seeds)
    assert len(told) == (nearest is not None)
    assert all(f"term '{slip}'" in line and nearest in line for line in told)


def test_a_word_has_the_use_that_its_row_makes_of_it(of_study):
    seeds = of_study("neuf")
    seeds["endpoint_events"][0]["event_type"] = "follow_up_end"
    (fault,) = undefined_words(seeds)
    assert "event_type 'follow_up_end'" in fault and "It may be index, " in fault


def test_a_word_that_is_read_by_name_has_its_row(of_study):
    seeds = of_study("neuf")
    seeds["assessment_windows"] = seeds["assessment_windows"][1:]
    (fault,) = undefined_words(seeds)
    assert "assessment_window 'blood_counts' is read by name, and has no row" in fault


def test_every_disease_group_and_status_says_what_it_means(of_study):
    seeds = of_study("neuf")
    seeds["disease_groups"] = seeds["disease_groups"][:1]
    seeds["disease_statuses"] = seeds["disease_statuses"][1:]
    assert undefined_words(seeds) == [
        "seeds/neuf/disease_groups.csv: disease_group 'relapsed_refractory' is read by "
        "name, and has no row",
        "seeds/neuf/disease_statuses.csv: disease_status 'persistent_mrd' is read by "
        "name, and has no row",
    ]


def test_the_paper_s_outcomes_tell_of_every_drug_class_and_marker(of_study):
    seeds = of_study("neuf")
    facts = {row["fact"] for row in seeds["outcome_measures"]}
    made = {"drug_class": "concurrent_{}", "marker": "{}_positive"}
    assert {
        made[row["vocabulary"]].format(row["term"])
        for row in [*seeds["shared_terms"], *seeds["study_terms"]]
        if row["vocabulary"] in made
    } <= facts


def test_a_parameter_that_nothing_reads_is_told(of_study):
    seeds = of_study("neuf")
    seeds["parameters"].append({**seeds["parameters"][0], "parameter": "adult_age"})
    (fault,) = undefined_words(seeds)
    assert "'adult_age'" in fault and "did you mean 'adult_age_years'?" in fault


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        ({"row_order": "0"}, "its parent 'mrd_pos' must stand above it"),
        (
            {"disease_group": "relapsed_refractory"},
            "its parent 'mrd_pos' is of the disease group 'mrd_positive', "
            "and it is not",
        ),
    ],
)
def test_a_part_stands_below_its_whole_and_is_of_its_group(of_study, slip, said):
    seeds = of_study("neuf")
    assert misplaced_populations(seeds) == []
    (part,) = (
        row for row in seeds["populations"] if row["population"] == "mrd_pos_ph_neg"
    )
    part.update(slip)
    (told,) = misplaced_populations(seeds)
    assert told.endswith(said)
    assert "(mrd_pos_ph_neg)" in told


def test_a_part_and_its_whole_do_not_both_part_the_cohort(of_study):
    seeds = of_study("neuf")
    (whole,) = (row for row in seeds["populations"] if row["population"] == "mrd_pos")
    whole["is_disjoint"] = "true"
    negative, positive = misplaced_populations(seeds)
    assert "(mrd_pos_ph_neg)" in negative and "(mrd_pos_ph_pos)" in positive
    assert negative.endswith(
        "'mrd_pos', which it is a part of, parts the cohort, too (is_disjoint), and a "
        "patient would be in both"
    )


def test_the_whole_of_a_whole_does_not_part_the_cohort_either(of_study):
    seeds = of_study("neuf")
    rows = {row["population"]: row for row in seeds["populations"]}
    rows["all"]["is_disjoint"] = "true"
    told = "\n".join(misplaced_populations(seeds))
    assert "(mrd_pos_ph_neg): 'all', which it is a part of" in told
    rows["all"]["parent"] = "mrd_pos"
    assert misplaced_populations(seeds)


def test_a_value_of_another_type_is_told(of_study):
    seeds = of_study("neuf")
    seeds["response_windows"][0]["last_day"] = "six weeks"
    seeds["endpoints"][0][None] = ["more"]
    long, typed = sorted(cell_faults(seeds))
    columns = len(seed_columns()["endpoints"])
    assert f"endpoints.csv, line 2: not {columns} values" in long
    assert "last_day 'six weeks' cannot be; expected a whole number" in typed


def test_every_word_is_in_the_sql_that_is_said_to_make_it(example, of_study):
    seeds = of_study("neuf")
    assert [
        f"{row['word']} is not in {row['made_in']}"
        for row in seeds["derived_words"]
        if row["made_in"] and f"'{row['word']}'" not in example.model(row["made_in"])
    ] == []
    timeline = example.model("int_patient_timeline")
    doubts = example.model("int_unresolved_events")
    assert [
        f"{row['event_type']} ({row['used_as']})"
        for row in seeds["event_types"]
        if f"'{row['event_type']}'"
        not in (doubts if row["used_as"] == "doubt" else timeline)
        and row["event_type"]
        not in {effect["event_type"] for effect in seeds["quarantine_effects"]}
    ] == []


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project, whose definitions may be changed."""
    return project_copy(tmp_path_factory.mktemp("changed") / "project")


def test_a_build_with_an_undefined_word_ends_before_anything_is_read(project, tmp_path):
    path = project / "seeds" / "neuf" / "censoring_rules.csv"
    text = path.read_text()
    path.write_text(text.replace(",hsct,", ",hst,", 1))
    made = build(DELIVERIES / "edges" / "delivery", tmp_path, project=project)
    path.write_text(text)
    assert made.exit_code == 2
    (line,) = re.findall("definitions refused: (.*)", made.output)
    assert line.startswith("seeds/neuf/censoring_rules.csv, line 3 (censored_at_hsct)")
    assert "did you mean 'hsct'?" in line
    assert not made.warehouse.exists() and not list(tmp_path.glob(".building/*"))


def test_rows_that_contradict_each_other_end_a_build_by_name(project, tmp_path):
    path = project / "seeds" / "neuf" / "response_windows.csv"
    text = path.read_text()
    path.write_text(text.replace("84,true", "84,false"))
    claims = ("--select", "+assert_definitions_agree")
    made = build(DELIVERIES / "edges" / "delivery", tmp_path, *claims, project=project)
    path.write_text(text)
    assert made.exit_code == 1
    assert re.findall("definitions refused: (.*)", made.output) == [
        "response_windows (two_cycles): one window is that of whatever names none"
    ]
    assert not made.warehouse.exists()


def test_a_study_without_a_folder_is_told_with_those_that_have_one(
    project, tmp_path, monkeypatch
):
    monkeypatch.setenv("STUDY", "neuff")
    made = build(DELIVERIES / "edges" / "delivery", tmp_path, project=project)
    assert made.exit_code == 2
    assert "there is no study 'neuff'" in made.output
    assert "did you mean 'neuf'?" in made.output
    assert not made.warehouse.exists()


def test_a_seed_that_a_study_lacks_is_told_with_its_header(
    project, tmp_path, monkeypatch
):
    path = project / "seeds" / "neuf" / "report_months.csv"
    path.rename(path.with_name("report_month.csv"))
    made = build(DELIVERIES / "edges" / "delivery", tmp_path, project=project)
    path.with_name("report_month.csv").rename(path)
    assert made.exit_code == 2
    assert "seeds/neuf has no report_months.csv: one without rows is its" in made.output
    assert "report_month.csv: no seed has this name; did you mean" in made.output


def test_the_files_of_every_study_are_those_of_the_catalogue():
    assert file_faults() == []
