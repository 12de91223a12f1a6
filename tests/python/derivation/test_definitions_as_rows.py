"""Endpoints and rules that no SQL names: rows added to the seeds, a whole build."""

import csv
from pathlib import Path

import duckdb
import pytest
from dbt_builds import DELIVERIES, build, project_copy

# Survival from the transplant, event-free survival, incidence of relapse with death
# competing, and censoring at the start of other therapy.
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
            ("os", "censored_at_new_therapy"),
        )
        for group in ("mrd_positive", "relapsed_refractory")
    ],
}  # fmt: skip


def add_rows(project: Path, rows: dict[str, list[dict]]) -> None:
    """Append rows to seeds; what a row does not name is empty."""
    for seed, added in rows.items():
        (path,) = (project / "seeds").rglob(f"{seed}.csv")
        with path.open(newline="", encoding="utf-8") as file:
            header = next(csv.reader(file))
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
            writer.writerows(added)


@pytest.fixture(scope="module")
def times(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    project = project_copy(folder / "project")
    add_rows(project, ROWS)
    made = build(DELIVERIES / "edges" / "delivery", folder, project=project)
    assert made.exit_code == 0, made.output
    with duckdb.connect(str(made.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select patient_id, endpoint, censoring_rule, time_days, status, ended_by, "
            "not_evaluable_reason from marts.time_to_event"
        ).fetchall()
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
    ],
)  # fmt: skip
def test_an_endpoint_is_its_rows(times, patient, endpoint, rule, time):
    assert times[patient, endpoint, rule] == time
