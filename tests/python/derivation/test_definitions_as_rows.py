"""Endpoints and rules that no SQL names: rows added to the seeds, a whole build."""

import csv
from pathlib import Path

import duckdb
import pytest
from dbt_builds import DELIVERIES, build, project_copy
from delivery_files import copied, read_rows, renewed
from survival.cli import main

# A third disease group, of patients who came with a molecular relapse: in remission, as
# the first of the study is. Each is one of the edges delivered once more.
GROUP = "molecular_relapse"
TWINS = (
    "mrd_response_on_day_85",
    "mrd_pos_relapse_then_clean_marrow",
    "mrd_pos_above_five_percent_at_index",
    "relapse_then_death_same_day",
    "relapse_on_day_of_hsct",
)
TWIN = "molecular_"
# The performance status of some, which no delivery of the edges has, and two adverse
# events, of which one is severe.
ECOG = {"relapse_on_day_of_hsct": "2", "salvage_line_undated": "1"}
ADVERSE_EVENTS = """\
patient_id,term,grade,onset_date,end_date
no_assessment_at_all,infection,4,2016-03-31,2016-04-10
response_on_day_84,infection,2,2016-03-20,
"""
# Survival from the transplant, event-free survival, incidence of relapse and of severe
# events with death competing, and censoring at the start of other therapy.
ROWS = {
    "endpoint_events": [
        {"endpoint": "os_after_hsct", "role": "origin", "event_type": "hsct"},
        {
            "endpoint": "os_after_hsct", "role": "event", "event_type": "death",
            "precedence": 1, "status": 1, "ended_by": "death",
            "landmark_reason": "dead_by_landmark",
        },
        {"endpoint": "efs", "role": "origin", "event_type": "index"},
        {
            "endpoint": "efs", "role": "event", "event_type": "relapse",
            "precedence": 1, "status": 1, "ended_by": "relapse",
        },
        {
            "endpoint": "efs", "role": "event", "event_type": "death",
            "precedence": 2, "status": 1, "ended_by": "death",
        },
        {
            "endpoint": "efs", "role": "event",
            "event_type": "no_remission_by_window_end",
            "precedence": 3, "status": 1, "ended_by": "no_remission",
        },
        {
            "endpoint": "relapse_incidence", "role": "origin",
            "event_type": "remission_response",
        },
        {
            "endpoint": "relapse_incidence", "role": "event", "event_type": "relapse",
            "precedence": 1, "status": 1, "ended_by": "relapse",
        },
        {
            "endpoint": "relapse_incidence", "role": "event", "event_type": "death",
            "precedence": 2, "status": 2, "ended_by": "death",
        },
        {"endpoint": "severe_event", "role": "origin", "event_type": "index"},
        {
            "endpoint": "severe_event", "role": "event",
            "event_type": "severe_adverse_event",
            "precedence": 1, "status": 1, "ended_by": "severe_event",
        },
        {
            "endpoint": "severe_event", "role": "event", "event_type": "death",
            "precedence": 2, "status": 2, "ended_by": "death",
        },
    ],
    "endpoints": [
        {
            "endpoint": endpoint, "counted_endpoint": endpoint, "is_reverse": "false",
            "competing_role": role, "is_non_relapse_mortality": "false",
            "event_free_label": "without the event",
        }
        for endpoint, role in (
            ("os_after_hsct", "none"), ("efs", "none"), ("relapse_incidence", "event"),
            ("severe_event", "event"),
        )
    ],
    "endpoint_labels": [
        {
            "endpoint": endpoint, "label": label, "short_label": label,
            "axis_label": f"{label}, %", "time_label": f"Months from {origin}",
            "event_label": event, "competing_label": competing,
        }
        for endpoint, label, origin, event, competing in (
            ("os_after_hsct", "Survival", "transplant", "death", ""),
            ("efs", "Event-free survival", "index", "relapse or death", ""),
            ("relapse_incidence", "Relapse", "first remission", "relapse", "death"),
            ("severe_event", "Severe event", "index", "severe event", "death"),
        )
    ],
    "study_labels": [
        {
            "vocabulary": "stratum_variable", "term": "mrd_response_90",
            "label": "MRD response in 90 days",
        },
        {
            "vocabulary": "response_window", "term": "ninety_days",
            "label": "first 90 days",
        },
        {
            "vocabulary": "event_type", "term": "severe_adverse_event",
            "label": "severe adverse event",
        },
    ],
    "response_windows": [
        {
            "response_window": "ninety_days", "first_day": 1, "last_day": 90,
            "is_default": "false",
        }
    ],
    "study_terms": [
        {"vocabulary": "disease_group", "term": GROUP},
        {"vocabulary": "disease_status", "term": "molecular"},
    ],
    "disease_groups": [{"disease_group": GROUP, "state_at_index": "in_remission"}],
    "disease_statuses": [
        {
            "disease_status": "molecular", "disease_group": GROUP,
            "had_mrd_response": "false",
        }
    ],
    "response_rows": [
        {
            "row_order": 90, "disease_group": GROUP, "subset": "all",
            "measure": "overall_mrd_response", "label": "MRD response",
            "is_overall": "true",
        }
    ],
    "table_one_variables": [
        {
            "variable": variable, "of_variable": of_variable, "label": variable,
            "is_shown": "true",
        }
        for variable, of_variable in (
            ("age_group", "age_band"), ("land", "country"),
            ("performance_status", "performance"),
        )
    ],
    "table_one_levels": [
        {
            "row_order": order, "variable": variable, "level": level,
            "kind": "category", "label": level,
        }
        for order, (variable, level) in enumerate((
            *(("age_group", level) for level in ("lt_30", "ge_30")),
            *(("land", level) for level in ("ES", "FR", "GB", "IT", "RU", "unknown")),
            *(
                ("performance_status", level)
                for level in ("ecog_lt_2", "ecog_ge_2", "unknown")
            ),
        ), start=901)
    ] + [
        {
            "row_order": 900, "variable": "disease_status", "level": "molecular",
            "kind": "category", "disease_group": GROUP, "label": "Molecular relapse",
        }
    ],
    # A part of a part: MRD-positive in first remission, and of it the young.
    "populations": [
        {
            "row_order": 10, "population": "molecular", "parent": "all",
            "disease_group": GROUP, "label": "Molecular relapse",
            "is_in_tables": "true", "is_disjoint": "true",
        },
    ] + [
        {
            "row_order": order, "population": name, "parent": parent,
            "disease_group": "mrd_positive", "label": name, "is_in_tables": "false",
            "is_disjoint": "false",
        }
        for order, name, parent in (
            (8, "first_remission", "mrd_pos"),
            (9, "young_in_first_remission", "first_remission"),
        )
    ],
    "group_criteria": [
        {
            "kind": "population", "group_name": name, "variable": variable,
            "level": level,
        }
        for name, variable, level in (
            ("first_remission", "cr_number", "cr1"),
            ("young_in_first_remission", "age_band", "lt_30"),
        )
    ],
    "characteristic_bands": [
        {
            "variable": "age_band", "of_variable": "age_years", "level": level,
            **bounds,
        }
        for level, bounds in (("lt_30", {"below": 30}), ("ge_30", {"at_least": 30}))
    ],
    "characteristic_levels": [
        {
            "variable": "performance", "level": level, "level_order": order,
            "table_name": "disease_status", "column_name": "ecog", **bounds,
            "is_otherwise": "false", "is_late": "false",
        }
        for order, (level, bounds) in enumerate(
            (("ecog_lt_2", {"below": 2}), ("ecog_ge_2", {"at_least": 2})), start=1
        )
    ],
    "outcome_measures": [
        {
            "subset": "all", "measure": "severe_events",
            "fact": "severe_event_severe_event", "label": "Severe event",
        }
    ],
    "groupings": [
        {"stratum_variable": "age_band", "variable": "age_band"},
        {"stratum_variable": "sex", "variable": "sex"},
        {"stratum_variable": "country", "variable": "country"},
        {"stratum_variable": "prior_lines", "variable": "prior_salvage"},
        {"stratum_variable": "performance", "variable": "performance"},
        {
            "stratum_variable": "cr_number_and_sex", "variable": "cr_number",
            "crossed_with": "sex",
        },
        {
            "stratum_variable": "mrd_response_90", "variable": "mrd_response",
            "response_window": "ninety_days", "level_before": "nonresponder",
            "late_caution": "Known late.",
        },
    ],
    "strata": [
        {
            "stratum_variable": variable, "level": level, "level_order": order,
            "label": level, "is_known_at_index": "true",
        }
        for variable, levels in {
            "age_band": ["lt_30", "ge_30"],
            "sex": ["female", "male"],
            "country": ["FR", "IT"],
            "prior_lines": ["0", "1", "2_plus"],
            "performance": ["ecog_lt_2", "ecog_ge_2"],
            "cr_number_and_sex": [
                f"{number}__{sex}"
                for number in ("cr1", "cr2_plus") for sex in ("female", "male")
            ],
            "mrd_response_90": ["responder", "nonresponder"],
        }.items()
        for order, level in enumerate(levels, start=1)
    ],
    "survival_analyses": [
        {
            "analysis_id": f"mrd_pos__os__by_mrd_response_90__landmark_{day}",
            "population": "mrd_pos", "endpoint": "os", "censoring_rule": "standard",
            "stratum_variable": "mrd_response_90", "landmark_day": day,
            "is_exempt": "false",
        }
        for day in (30, 60)
    ] + [
        {
            "analysis_id": f"{population}__os", "population": population,
            "endpoint": "os", "censoring_rule": "standard", "is_exempt": "false",
        }
        for population in ("first_remission", "young_in_first_remission", "molecular")
    ],
    "censoring_rules": [
        {
            "censoring_rule": "censored_at_new_therapy",
            "stop_type": "cytotoxic_therapy", "precedence": 1,
            "ended_by": "new_therapy",
        },
        {
            "censoring_rule": "censored_at_new_therapy", "stop_type": "follow_up_end",
            "precedence": 2,
        },
    ],
    "endpoint_populations": [
        {"endpoint": endpoint, "disease_group": group, "censoring_rule": rule}
        for endpoint, rule in (
            ("os_after_hsct", "standard"),
            ("efs", "standard"),
            ("relapse_incidence", "standard"),
            ("severe_event", "standard"),
            ("os", "censored_at_new_therapy"),
        )
        for group in ("mrd_positive", "relapsed_refractory", GROUP)
    ] + [
        {"endpoint": endpoint, "disease_group": GROUP, "censoring_rule": "standard"}
        for endpoint in ("os", "nrm_after_hsct")
    ],
}  # fmt: skip


def add_rows(project: Path, rows: dict[str, list[dict]]) -> None:
    """Append rows to seeds; what a row does not name is empty."""
    for seed, added in rows.items():
        path = project / "seeds" / "neuf" / f"{seed}.csv"
        with path.open(newline="", encoding="utf-8") as file:
            header = next(csv.reader(file))
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
            writer.writerows(added)


def with_twins(folder: Path) -> Path:
    """The edges, and some of their patients once more as of the third group.

    With them come an optional column and an optional table.
    """
    copied(folder, source=DELIVERIES / "edges" / "delivery")
    (folder / "adverse_events.csv").write_text(ADVERSE_EVENTS)
    with (folder / "manifest.csv").open("a", encoding="utf-8") as manifest:
        manifest.write("adverse_events,edges-1,2018-01-15,2017-12-10,2,\n")
    for path in folder.glob("*.csv"):
        rows = read_rows(path)
        if path.stem == "disease_status":
            rows = [row | {"ecog": ECOG.get(row["patient_id"], "")} for row in rows]
        for row in [row for row in rows if row.get("patient_id") in TWINS]:
            twin = row | {"patient_id": TWIN + row["patient_id"]}
            if path.stem == "disease_status":
                twin |= {"disease_group": GROUP, "disease_status": "molecular"}
            rows.append(twin)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return renewed(folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    project = project_copy(folder / "project")
    add_rows(project, ROWS)
    drugs = {"index_drug": ["blinatumomab", "nelarabine"]}
    made = build(
        with_twins(folder / "delivery"), folder, project=project, variables=drugs
    )
    assert made.exit_code == 0, made.output
    return made


@pytest.fixture(scope="module")
def warehouse(made):
    return made.warehouse


def test_a_value_that_no_record_holds_is_told_of_a_build_that_publishes(made):
    assert "warning: parameter index_drug: no record has 'nelarabine'" in made.output


def read(warehouse, query, *parameters):
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query, parameters).fetchall()


@pytest.fixture(scope="module")
def times(warehouse):
    rows = read(
        warehouse,
        "select patient_id, endpoint, censoring_rule, time_days, status, ended_by, "
        "not_evaluable_reason from marts.time_to_event",
    )
    return {row[:3]: row[3:] for row in rows}


# Worked by hand from the delivered dates; the index date is 2016-03-01.
@pytest.mark.parametrize(
    ("patient", "endpoint", "rule", "time"),
    [
        # Transplanted 2016-06-09 in relapse, last seen 2017-03-01; NRM asks for more.
        ("relapse_on_day_of_hsct", "os_after_hsct", "standard",
         (265, 0, "last_contact", None)),
        ("relapse_on_day_of_hsct", "nrm_after_hsct", "standard",
         (None, None, None, "not_in_remission_at_hsct")),
        # Transplanted 2016-04-10 without a remission before it.
        ("assessment_after_hsct", "os_after_hsct", "standard",
         (325, 0, "last_contact", None)),
        ("relapse_then_death_same_day", "os_after_hsct", "standard",
         (100, 1, "death", None)),
        ("death_on_day_of_hsct", "os_after_hsct", "standard", (0, 1, "death", None)),
        ("hsct_undated", "os_after_hsct", "standard",
         (None, None, None, "hsct_date_missing")),
        ("no_assessment_at_all", "os_after_hsct", "standard",
         (None, None, None, "no_hsct")),
        # Nobody looked, or a remission came on day 85 or after other therapy.
        ("no_assessment_at_all", "efs", "standard", (84, 1, "no_remission", None)),
        ("response_on_day_85", "efs", "standard", (84, 1, "no_remission", None)),
        ("assessment_after_cytotoxic", "efs", "standard",
         (84, 1, "no_remission", None)),
        ("response_on_day_84", "efs", "standard", (365, 0, "last_contact", None)),
        # In remission from day 28 on, relapse by marrow on 2016-06-09.
        ("mrd_pos_above_five_percent_at_index", "efs", "standard",
         (100, 1, "relapse", None)),
        ("death_on_index_date", "efs", "standard", (0, 1, "death", None)),
        # From the remission of 2016-03-29: relapse 2016-04-30, death 2016-09-17.
        ("clean_marrow_on_day_of_relapse", "relapse_incidence", "standard",
         (32, 1, "relapse", None)),
        ("death_from_undocumented_relapse", "relapse_incidence", "standard",
         (172, 2, "death", None)),
        ("response_on_day_85", "relapse_incidence", "standard",
         (None, None, None, "no_remission")),
        # Cytarabine 2016-03-31; fludarabine 2016-04-30 before an undated death.
        ("assessment_after_cytotoxic", "os", "censored_at_new_therapy",
         (30, 0, "new_therapy", None)),
        ("death_undated_cytotoxic_dated", "os", "censored_at_new_therapy",
         (60, 0, "new_therapy", None)),
        ("death_undated_hsct_dated", "os", "censored_at_new_therapy",
         (None, None, None, "event_date_missing")),
        # Grade 4 on 2016-03-31, grade 2 on 2016-03-20, none before the death.
        ("no_assessment_at_all", "severe_event", "standard",
         (30, 1, "severe_event", None)),
        ("response_on_day_84", "severe_event", "standard",
         (365, 0, "last_contact", None)),
        ("relapse_then_death_same_day", "severe_event", "standard",
         (200, 2, "death", None)),
    ],
)  # fmt: skip
def test_an_endpoint_is_its_rows(times, patient, endpoint, rule, time):
    assert times[patient, endpoint, rule] == time


@pytest.mark.parametrize(
    ("patient", "variable", "level"),
    [
        ("adult_on_eighteenth_birthday", "age_band", "lt_30"),
        ("death_on_day_of_hsct", "age_band", "ge_30"),
        ("salvage_line_undated", "sex", "male"),
        ("salvage_line_on_index_date", "country", "FR"),
        ("salvage_line_undated", "cr_number_and_sex", "cr2_plus__male"),
        ("salvage_line_on_index_date", "cr_number_and_sex", "cr1__female"),
        ("salvage_line_undated", "prior_lines", "1"),
        ("salvage_line_on_index_date", "prior_lines", "0"),
        ("salvage_line_undated", "performance", "ecog_lt_2"),
        ("relapse_on_day_of_hsct", "performance", "ecog_ge_2"),
        # Nobody said how it was.
        ("no_assessment_at_all", "performance", None),
        # No row of the strata names its country.
        ("salvage_line_undated", "country", None),
        # Relapsed/refractory has no CR number, and so no crossed group.
        ("death_on_day_of_hsct", "cr_number_and_sex", None),
    ],
)
def test_a_grouping_is_its_rows(warehouse, patient, variable, level):
    found = read(
        warehouse,
        "select level from marts.survival_strata "
        "where patient_id = ? and stratum_variable = ?",
        patient,
        variable,
    )
    assert found == ([] if level is None else [(level,)])


def test_a_variable_of_table_1_is_its_rows(warehouse):
    """Bands and names of the delivery, counted again from where they are told first."""
    for variable, level, condition in (
        ("age_group", "lt_30", "age_years < 30"),
        ("age_group", "ge_30", "age_years >= 30"),
        ("land", "FR", "country = 'FR'"),
        ("land", "IT", "country = 'IT'"),
        ("land", "unknown", "country is null"),
    ):
        assert read(
            warehouse,
            "select numerator, denominator from marts.table_one where variable = ? "
            "and level = ? and statistic = 'count' and population = 'mrd_pos' "
            "and subset = 'all'",
            variable,
            level,
        ) == read(
            warehouse,
            f"select count(*) filter ({condition}), count(*) from marts.cohort "
            "inner join marts.baseline_characteristics using (patient_id) "
            "where is_included and disease_group = 'mrd_positive'",
        ), (variable, level)


def test_a_column_and_a_table_that_may_be_left_out_are_counted_by_rows(warehouse):
    counted = read(
        warehouse,
        "select level, numerator from marts.table_one where statistic = 'count' "
        "and variable = 'performance_status' and population = 'mrd_pos' "
        "and subset = 'all' and level <> 'unknown' order by level",
    )
    assert counted == [("ecog_ge_2", 1), ("ecog_lt_2", 1)]
    assert read(
        warehouse,
        "select population, numerator from marts.outcome_summary "
        "where measure = 'severe_events' and numerator > 0 order by population",
    ) == [("all", 1), ("rr", 1), ("rr_ph_neg", 1)]


def test_a_population_is_its_rows_and_those_of_its_wholes(warehouse):
    """Told again from the delivered remissions and ages, not from characteristics."""
    expected = """
        select cohort.patient_id
        from marts.cohort
        inner join marts.baseline_characteristics using (patient_id)
        where is_included and disease_group = 'mrd_positive' and cr_number = 'cr1'
    """
    members = "select patient_id from marts.population_members where population = ?"
    wholes = set(read(warehouse, expected))
    parts = set(read(warehouse, expected + " and age_years < 30"))
    assert 0 < len(parts) < len(wholes)
    assert set(read(warehouse, members, "first_remission")) == wholes
    assert set(read(warehouse, members, "young_in_first_remission")) == parts
    counted = read(
        warehouse,
        "select count(*) from marts.analysis_patients "
        "where analysis_id = 'young_in_first_remission__os'",
    )
    assert counted == [(len(parts),)]


def test_verify_counts_the_population_as_the_marts_do(warehouse):
    assert main(["verify", "--warehouse", str(warehouse)]) == 0


@pytest.mark.parametrize(
    ("patient", "day", "stratum"),
    [
        # Sampled on day 28 without a response, which came on day 85 of a 90 day window.
        ("mrd_response_on_day_85", 30, "nonresponder"),
        ("mrd_response_on_day_85", 60, "nonresponder"),
        # The first sample in remission, of day 60, is the response.
        ("mrd_pos_relapse_then_clean_marrow", 30, "unknown"),
        ("mrd_pos_relapse_then_clean_marrow", 60, "responder"),
        # Responded on day 20.
        ("salvage_line_on_index_date", 30, "responder"),
        ("no_assessment_at_all", 60, None),
    ],
)
def test_any_day_is_a_landmark_and_no_response_by_it_is_a_group(
    warehouse, patient, day, stratum
):
    found = read(
        warehouse,
        "select stratum from marts.analysis_patients "
        "where patient_id = ? and analysis_id = ?",
        patient,
        f"mrd_pos__os__by_mrd_response_90__landmark_{day}",
    )
    assert found == ([] if stratum is None else [(stratum,)])


# Worked by hand for the patient of the edges that each is; all began on 2016-03-01.
@pytest.mark.parametrize(
    ("patient", "endpoint", "rule", "time"),
    [
        # Relapse by marrow on 2016-06-09, in remission from the index on.
        ("mrd_pos_above_five_percent_at_index", "efs", "standard",
         (100, 1, "relapse", None)),
        ("relapse_then_death_same_day", "os_after_hsct", "standard",
         (100, 1, "death", None)),
        ("relapse_on_day_of_hsct", "os_after_hsct", "standard",
         (265, 0, "last_contact", None)),
        # Last seen 2017-03-01.
        ("relapse_on_day_of_hsct", "os", "standard", (365, 0, "last_contact", None)),
    ],
)  # fmt: skip
def test_a_third_disease_group_has_its_times(times, patient, endpoint, rule, time):
    assert times[TWIN + patient, endpoint, rule] == time


@pytest.mark.parametrize(
    ("mart", "differing"),
    [
        ("cohort", {"disease_group", "population", "disease_status"}),
        ("baseline_characteristics", {"disease_group", "disease_status"}),
        ("responses", {"disease_group"}),
        ("transplant_outcomes", {"disease_group"}),
        ("time_to_event", {"disease_group"}),
    ],
)
def test_a_third_disease_group_is_derived_as_the_first_in_remission(
    warehouse, mart, differing
):
    """But for what names the group, the record and the patient."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        columns = [
            name
            for name, *_ in connection.execute(f"describe marts.{mart}").fetchall()
            if name not in differing | {"patient_id"} and "record" not in name
        ]
        shown = ", ".join(columns)
        asked = (
            ""
            if mart != "time_to_event"
            else "and (endpoint, censoring_rule) in (select (endpoint, censoring_rule) "
            f"from definitions.endpoint_populations where disease_group = '{GROUP}')"
        )
        twins, originals = (
            connection.execute(
                f"select replace(patient_id, ?, '') as patient, {shown} "
                f"from marts.{mart} where list_contains(?, patient_id) {asked} "
                "order by all",
                [TWIN, [prefix + patient for patient in TWINS]],
            ).fetchall()
            for prefix in (TWIN, "")
        )
    assert len(twins) >= len(TWINS)
    assert twins == originals


def test_a_third_disease_group_is_a_population_of_tables_and_curves(warehouse):
    members = read(
        warehouse,
        "select patient_id from marts.population_members "
        "where population = 'molecular'",
    )
    assert {patient for (patient,) in members} == {TWIN + name for name in TWINS}
    assert read(
        warehouse,
        "select distinct population from marts.cohort where disease_group = ?",
        GROUP,
    ) == [("molecular",)]
    assert read(
        warehouse,
        "select distinct n from marts.survival_summary where analysis_id = ?",
        "molecular__os",
    ) == [(len(TWINS),)]
    assert read(
        warehouse,
        "select count(*) from marts.table_one where population = 'molecular' "
        "and subset = 'all' and variable = 'age_years'",
    ) != [(0,)]
    # All were sampled: responses on days 20, 20, 30 and 60, the fifth on day 85.
    assert read(
        warehouse,
        "select numerator, denominator from marts.response_summary "
        "where population = 'molecular' and subset = 'all' "
        "and measure = 'overall_mrd_response' and response_window = 'two_cycles'",
    ) == [(4, 5)]
