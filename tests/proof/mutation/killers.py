"""The tests asked about a fault, the quickest first, until one notices it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import test_published
import test_summaries
import test_survival_sql
from dbt_builds import BMT_VARIABLES, Build
from survival import Warehouse as PublishedWarehouse
from survival.verify import verify

from mutation.operators import Mutant
from mutation.project_sql import Project
from mutation.unit_tests import UnitTests
from mutation.warehouses import Warehouse

MACRO_TABLES = "tests/assert_macros_agree_with_their_tables.sql"
# What `survival verify` recounts from marts that it takes as given.
VERIFIED = {"analysis_patients", *test_survival_sql.SURVIVAL_MODELS}


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant.

    Attributes
    ----------
    killer : str or None
        The test that noticed it, None where it survived.
    different : tuple of str
        The models that came out differently on some delivery; of a survivor all.
    """

    killer: str | None
    different: tuple[str, ...] = ()


@dataclass(frozen=True)
class Killers:
    """The tests, and what they run on."""

    project: Project
    unit_tests: UnitTests
    warehouses: tuple[Warehouse, ...]

    def judge(self, mutant: Mutant) -> Verdict:
        """Ask the tests, in turn, whether they notice."""
        changed = {mutant.path: mutant.text}
        asked = self.warehouses[0]
        try:
            instead = asked.compiled(changed)
        except Exception as error:  # whatever Jinja raises, dbt stops there
            return Verdict(f"the compiler ({type(error).__name__})")
        everything = asked.compiled()
        models = [name for name in instead if instead[name] != everything[name]]
        for killer in self._tests_of_sql(models, changed):
            return Verdict(killer)
        different: set[str] = set()
        for warehouse in self.warehouses:
            with warehouse.remade(changed) as (remade, killer):
                different |= set(remade)
                killer = killer or self._noticed(warehouse, models, remade)
            if killer:
                return Verdict(f"{warehouse.name}: {killer}", tuple(remade))
        for killer in self._estimators_tested(models, changed):
            return Verdict(killer)
        return Verdict(None, tuple(n for n in self.project.models if n in different))

    def _tests_of_sql(
        self, models: list[str], changed: dict[str, str]
    ) -> Iterator[str]:
        if changed.keys() & self.project.macro_files.keys():
            query = self.project.compiled_test(MACRO_TABLES, changed=changed)
            if self.unit_tests.connection.execute(query).fetchone():
                yield f"data test {Path(MACRO_TABLES).stem}"
        for model in models:
            if killer := self.unit_tests.failing(model, changed):
                yield killer

    def _noticed(
        self, warehouse: Warehouse, models: list[str], different: list[str]
    ) -> str | None:
        if killer := warehouse.failing_test(different):
            return killer
        if warehouse.name == "bmt" and VERIFIED.intersection(models, different):
            published = PublishedWarehouse(warehouse.build.warehouse)
            published._connection = warehouse.connection
            if not verify(published).is_equal():
                return "survival verify"
        if warehouse.name == "example" and "published_comparison" in different:
            for test in (
                test_published.test_every_number_of_the_paper_is_compared,
                test_published.test_every_number_that_data_can_give_comes_out_of_the_example,
                test_published.test_what_contradicts_itself_is_derived_and_differs,
                test_published.test_every_cell_named_is_there_on_the_example,
            ):
                if _fails(lambda test=test: test(warehouse.connection)):
                    return "the paper's numbers"
        return None

    def _estimators_tested(
        self, models: list[str], changed: dict[str, str]
    ) -> Iterator[str]:
        """The tests in Python of SQL on made-up counts (compiled for the bmt)."""
        sql = self.project.compiled(BMT_VARIABLES)
        build = _ChangedBuild(
            {**sql, **self.project.compiled(BMT_VARIABLES, changed=changed)}
        )
        tests = _estimator_tests(build) if VERIFIED.intersection(models) else {}
        if "table_one" in models:
            tests["quantiles"] = lambda: test_summaries.test_quantiles_are_of_type_2(
                build
            )
        for name, test in tests.items():
            if _fails(test):
                yield f"pytest {name}"

    def false_alarms(self) -> Iterator[str]:
        """What the tests notice where there is no fault: nothing, or trust none."""
        models = list(self.project.models)
        yield from self._tests_of_sql(models, {})
        for warehouse in self.warehouses:
            if (stale := warehouse.stale()) is not None:
                yield f"{warehouse.name}: {stale} is not of this SQL"
            if killer := self._noticed(warehouse, models, models):
                yield f"{warehouse.name}: {killer}"
        yield from self._estimators_tested(models, {})


@dataclass(frozen=True)
class _ChangedBuild:
    """A build as the tests of compiled SQL see it."""

    sql: dict[str, str]

    def model(self, name: str) -> str:
        return self.sql[name]


def _estimator_tests(build: Build) -> dict[str, Callable[[], None]]:
    datasets = dict(test_survival_sql.random_datasets(400))

    def drawn(test: Callable) -> Callable[[], None]:
        return lambda: test((datasets, test_survival_sql.estimated(build, datasets)))

    return {
        "curves": drawn(test_survival_sql.test_curves_are_those_of_exact_fractions),
        "medians": drawn(test_survival_sql.test_medians_are_those_of_exact_fractions),
        "summary": drawn(test_survival_sql.test_summary_reads_the_curve_at_each_month),
        "late medians": lambda: test_survival_sql.test_the_median_is_never_a_step_late(
            build
        ),
    }


def _fails(test: Callable[[], None]) -> bool:
    try:
        test()
    except Exception:  # an error fails a test as a broken assertion does
        return True
    return False
