"""The check by faults put into the SQL: it compiles, changes and notices as it says."""

import csv

import pytest
from mutate import EXPLAINED, KEY, compared_by_hand
from mutation.killers import Killers
from mutation.operators import mutants
from mutation.project_sql import Project
from mutation.unit_tests import UnitTests
from mutation.warehouses import Warehouse

pytestmark = pytest.mark.proof

OUTCOMES = "models/marts/transplant_outcomes.sql"

SMALL = """\
-- min( of a < b is no code
select
    min(a) as a,
    row_number() over (partition by b order by c desc, d) as nth
from t
inner join u on t.a between u.first and u.last and u.n <= 5
"""


@pytest.fixture(scope="module")
def killers(edges):
    project = Project.of(edges)
    warehouse = Warehouse(
        "edges",
        edges,
        project,
        compared=compared_by_hand(),
        compared_by="hand-worked",
    )
    yield Killers(project, UnitTests(project, warehouse.connection), (warehouse,))
    warehouse.close()


def fault(killers, written, instead):
    """The one fault of the transplants' mart that makes this of that."""
    text = killers.project.model_files[OUTCOMES]
    (found,) = [
        mutant
        for mutant in mutants(OUTCOMES, text)
        if (written, instead) == (mutant.written, mutant.instead)
    ]
    return found


def test_faults_are_one_token_each():
    found = [(m.line, m.operator, m.instead) for m in mutants("t.sql", SMALL)]
    order = "row_number() over (partition by b order by"
    joined = "join u on t.a between {} and {} and u.n {}"
    assert found == [
        (3, "min_max", "max(a) as a,"),
        (4, "ordering", f"{order} c, d) as nth"),
        (4, "ordering", f"{order} c desc, d desc) as nth"),
        (6, "join", "left " + joined.format("u.first", "u.last", "<= 5")),
        *(
            (6, operator, "inner " + joined.format(*bounds))
            for operator, *bounds in (
                ("window", "-1 + u.first", "u.last", "<= 5"),
                ("window", "1 + u.first", "u.last", "<= 5"),
                ("window", "u.first", "-1 + u.last", "<= 5"),
                ("window", "u.first", "1 + u.last", "<= 5"),
            )
        ),
        (6, "and_or", "inner join u on t.a between u.first and u.last or u.n <= 5"),
        (6, "bound", "inner " + joined.format("u.first", "u.last", "< 5")),
        (6, "number", "inner " + joined.format("u.first", "u.last", "<= 4")),
        (6, "number", "inner " + joined.format("u.first", "u.last", "<= 6")),
    ]


def test_sql_is_compiled_as_dbt_compiles_it(killers):
    compiled = killers.project.compiled(None)
    assert compiled == {
        name: node["compiled_code"].strip()
        for name, node in killers.project.models.items()
    }


def test_sql_without_a_fault_is_noticed_by_nobody(killers):
    (warehouse,) = killers.warehouses
    assert warehouse.stale() is None
    for model in killers.project.models:
        assert killers.unit_tests.failing(model, {}) is None


def test_a_fault_is_noticed_by_a_unit_test(killers):
    mutant = fault(
        killers,
        "and treatments.cytotoxic_date < treatments.hsct_date,",
        "and treatments.cytotoxic_date <= treatments.hsct_date,",
    )
    assert killers.judge(mutant).killer.startswith("unit test ")


def test_a_fault_is_noticed_by_the_hand_worked_edges(killers):
    mutant = fault(
        killers,
        "left join remissions_at_hsct on cohort.patient_id = "
        "remissions_at_hsct.patient_id",
        "inner join remissions_at_hsct on cohort.patient_id = "
        "remissions_at_hsct.patient_id",
    )
    (warehouse,) = killers.warehouses
    changed = {mutant.path: mutant.text}
    with warehouse.remade(changed) as (different, killer):
        assert killer == "hand-worked: transplant_outcomes"
        assert different == ["transplant_outcomes"]
    # Rolled back, it is as it was.
    assert not warehouse.differs(killers.project.models["transplant_outcomes"])


def test_a_fault_that_changes_nothing_survives(killers):
    mutant = fault(
        killers,
        "inner join nrm on cohort.patient_id = nrm.patient_id",
        "left join nrm on cohort.patient_id = nrm.patient_id",
    )
    verdict = killers.judge(mutant)
    assert (verdict.killer, verdict.different) == (None, ())


def test_every_explanation_is_of_a_fault_that_there_is(killers):
    files = {**killers.project.model_files, **killers.project.macro_files}
    faults = {
        mutant.key for path, text in files.items() for mutant in mutants(path, text)
    }
    with EXPLAINED.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["reason"] for row in rows)
    explained = [tuple(row[name] for name in KEY) for row in rows]
    assert len(set(explained)) == len(explained)
    assert set(explained) - faults == set()
