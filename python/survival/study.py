"""What the report is made from: rows of the marts, read once, nothing estimated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from survival.analysis import ALL, Analysis
from survival.comparisons import Comparison
from survival.formatting import Masked
from survival.groups import Group, Record
from survival.labels import typeset
from survival.movements import Movement

if TYPE_CHECKING:
    from survival.delivery import Delivery


@dataclass(frozen=True)
class Study:
    """The marts as the report reads them.

    Attributes
    ----------
    delivery : Delivery or None
    later : tuple of Delivery
        Builds that came after and were not published.
    analyses : tuple of Analysis
        In reading order.
    groups : dict of str to tuple of Group
        By analysis id; an analysis without patients is not in it.
    tables : dict of str to list of records
        The other marts and definitions by name.
    months : tuple of int
        Months of the estimates.
    days_per_month : str
        Length of a month, as exact decimal text.
    parameters, facts : dict of str to str
        What the build was made with, and what is said of the study.
    words : dict of (str, str) to str
        Labels of the words of the definitions, by vocabulary and term.
    comments : dict of str to str
        What the catalogue says of each table.
    smallest : int or None
        Counts below this are masked; None where nothing is.
    comparisons : tuple of Comparison or None
        Tests between groups; None where none were asked for.
    movements : dict of (str, str) to Movement, or None
        Why results moved since the build before, by the key and column of their mart;
        None where nobody said.
    """

    delivery: Delivery | None
    later: tuple[Delivery, ...]
    analyses: tuple[Analysis, ...]
    groups: dict[str, tuple[Group, ...]]
    tables: dict[str, list[Record]]
    months: tuple[int, ...]
    days_per_month: str
    parameters: dict[str, str]
    facts: dict[str, str]
    words: dict[tuple[str, str], str]
    comments: dict[str, str]
    smallest: int | None = None
    comparisons: tuple[Comparison, ...] | None = None
    movements: Mapping[tuple[str, str], Movement] | None = None

    def groups_of(self, analysis_id: str) -> tuple[Group, ...]:
        """The strata of an analysis, in their order; none without patients."""
        return self.groups.get(analysis_id, ())

    @cached_property
    def table_one(self) -> dict[tuple[str, ...], Record]:
        """Rows of Table 1 by population, subset, variable, level and statistic."""
        names = ("population", "subset", "variable", "level", "statistic")
        return {
            tuple(row[name] for name in names): row for row in self.tables["table_one"]
        }

    @cached_property
    def responses(self) -> dict[tuple[str, ...], Record]:
        """Rows of ``response_summary`` by population, subset, window and measure."""
        names = ("population", "subset", "response_window", "measure")
        return {
            tuple(row[name] for name in names): row
            for row in self.tables["response_summary"]
        }

    def masked_levels(self, analysis: Analysis) -> list[str]:
        """Labels of the strata of an analysis that may not be shown.

        Where small numbers are masked, nobody tells a stratum without patients from
        one with a few, or an analysis from one of nobody.
        """
        if self.smallest is None:
            return []
        shown = {group.stratum for group in self.groups_of(analysis.analysis_id)}
        if analysis.stratum_variable is None:
            return [] if shown else ["All"]
        return [
            typeset(row["label"])
            for row in self.tables["strata"]
            if row["stratum_variable"] == analysis.stratum_variable
            and row["level"] not in shown
        ]

    @cached_property
    def analyses_by_id(self) -> dict[str, Analysis]:
        """The analyses by their ids."""
        return {analysis.analysis_id: analysis for analysis in self.analyses}

    def landmarks_of(self, analysis: Analysis) -> list[str]:
        """Ids of the landmark versions of an analysis that has none of its own."""
        if analysis.landmark_day is not None or not analysis.has_strata:
            return []
        names = ("population", "endpoint", "censoring_rule", "stratum_variable")
        return [
            other.analysis_id
            for other in self.analyses
            if other.landmark_day is not None
            and all(getattr(other, name) == getattr(analysis, name) for name in names)
        ]

    def word(self, vocabulary: str, term: str) -> str:
        """What a reader is told for a word of the definitions."""
        return self.words.get((vocabulary, term), term)

    def report_figures(self, section: str) -> list[Record]:
        """The figures of a chapter, in their order."""
        return [r for r in self.tables["report_figures"] if r["section"] == section]

    def report_tables(self, section: str) -> list[Record]:
        """The tables of a chapter, in their order."""
        return [r for r in self.tables["report_tables"] if r["section"] == section]

    @property
    def figured_analyses(self) -> list[str]:
        """The analyses that the report shows outside its appendix."""
        rows = self.tables["report_figures"]
        return [row["analysis_id"] for row in rows if row["analysis_id"] is not None]

    def whole(self, population: str, endpoint: str) -> Group | None:
        """The one group of the plain analysis of an endpoint, if it has patients."""
        for analysis in self.analyses:
            is_plain = not analysis.has_strata and not analysis.labels.censoring_rule
            is_plain = is_plain and analysis.landmark_day is None
            if is_plain and (population, endpoint) == (
                analysis.population,
                analysis.endpoint,
            ):
                groups = self.groups_of(analysis.analysis_id)
                return groups[0] if groups else None
        return None

    def n_patients(self, population: str) -> int | Masked | None:
        """How many patients a population has; None if Table 1 does not say."""
        found = self.table_one.get((population, ALL, "patients", ALL, "count"))
        return None if found is None else found["numerator"]

    def is_known_later(self, analysis: Analysis) -> bool:
        """Whether its groups are known only after the index date."""
        return any(
            row["stratum_variable"] == analysis.stratum_variable
            and not row["is_known_at_index"]
            for row in self.tables["strata"]
        )

    @property
    def table_populations(self) -> list[Record]:
        """The populations that have a column in tables."""
        return [row for row in self.tables["populations"] if row["is_in_tables"]]

    def population_label(self, population: str) -> str:
        """What a population is called."""
        return typeset(self.row_of("populations", population=population)["label"])

    def children(self, population: str) -> list[str]:
        """The populations that one is split into."""
        return [
            row["population"]
            for row in self.tables["populations"]
            if row["parent"] == population
        ]

    def partitions(self, mart: str, population: str) -> list[list[str]]:
        """The subsets of a summary that a population is split into, by what splits."""
        group = self.row_of("populations", population=population)["disease_group"]
        split: dict[str, list[str]] = defaultdict(list)
        for row in self.tables["summary_subsets"]:
            is_told = row["disease_group"] in (None, group)
            if row["mart"] == mart and row["partition_name"] and is_told:
                split[row["partition_name"]].append(row["subset"])
        return list(split.values())

    def is_in_table_one(self, subset: str, variable: str) -> bool:
        """Whether Table 1 prints a variable of a subset."""
        if subset == ALL:
            return True
        split_by = self.row_of("table_one_variables", variable=variable)["split_by"]
        found = self.row_of("summary_subsets", mart="table_one", subset=subset)
        return split_by is not None and found["partition_name"] == split_by

    def row_of(self, table: str, **keys: object) -> Record:
        """The row of a definition with these keys, which must be there."""
        found = self.find(table, **keys)
        if found is None:
            raise KeyError(f"{table} has no row of {keys}")
        return found

    def find(self, table: str, **keys: object) -> Record | None:
        """The one row of a table with these keys."""
        for row in self.tables[table]:
            if all(row[name] == value for name, value in keys.items()):
                return row
        return None


class HeadlineResult(NamedTuple):
    """A main result of a population, and its cell in the marts."""

    label: str
    population: Record
    mart_key: str
    mart_column: str
    is_median: bool


def headline_results(tables: Mapping[str, list[Record]]) -> list[HeadlineResult]:
    """The main results, of `report_results`, of each population, in their order."""
    found = []
    for result in tables["report_results"]:
        for population in tables["populations"]:
            group = result["disease_group"]
            if group not in (None, population["disease_group"]):
                continue
            name = population["population"]
            key, column = _cell_of(result, name)
            is_median = result["kind"] == "median"
            found.append(
                HeadlineResult(result["label"], population, key, column, is_median)
            )
    return found


def _cell_of(result: Record, population: str) -> tuple[str, str]:
    if result["kind"] == "response":
        window, measure = result["response_window"], result["measure"]
        return (
            f"population={population} subset=all response_window={window} "
            f"measure={measure}",
            "percent",
        )
    statistic = {
        "median": "median_months",
        "incidence": f"cumulative_incidence_percent at_month={result['at_month']}",
    }[result["kind"]]
    return (
        f"analysis_id={population}__{result['endpoint']} stratum=all "
        f"statistic={statistic}",
        "estimate",
    )
