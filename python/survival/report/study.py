"""What the report is made from: rows of the marts, read once, nothing estimated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from survival.analysis import ALL, Analysis
from survival.comparisons import Comparison, compare
from survival.labels import reading_order

if TYPE_CHECKING:
    from survival.delivery import Delivery
    from survival.warehouse import Warehouse

CURVES = ("survival", "cumulative_incidence", "competing_incidence")
Record = dict[str, Any]


class Value(NamedTuple):
    """An estimate with its limits; None is "not estimable"."""

    estimate: float | None
    ci_low: float | None
    ci_high: float | None


class Day(NamedTuple):
    """A row of ``survival_curves``: who was there, who left, and the curves."""

    time_days: int
    n_at_risk: int
    n_event: int
    n_competing: int
    n_censored: int
    curves: dict[str, Value]


@dataclass(frozen=True)
class Group:
    """The patients of one analysis and stratum.

    Attributes
    ----------
    analysis : Analysis
    stratum, label : str
        The level as the marts and as a reader call it.
    days : tuple of Day
        In order of time, from day 0.
    summary : dict
        Rows of ``survival_summary`` by statistic and month (None for a median).
    is_masked : bool
        Whether small numbers were masked, so that `days` are coarser than the mart.
    """

    analysis: Analysis
    stratum: str
    label: str
    days: tuple[Day, ...]
    summary: dict[tuple[str, int | None], Record]
    is_masked: bool = False

    @property
    def n(self) -> int:
        """Number of patients."""
        return self.days[0].n_at_risk

    @property
    def n_event(self) -> int:
        """Number of events."""
        return sum(day.n_event for day in self.days)

    @property
    def n_competing(self) -> int:
        """Number of competing events."""
        return sum(day.n_competing for day in self.days)

    @property
    def last_day(self) -> int:
        """The last observed day."""
        return self.days[-1].time_days

    def value(self, statistic: str, month: int | None = None) -> Value:
        """An estimate of ``survival_summary`` with its limits."""
        row = self.summary.get((statistic, month))
        if row is None:
            return Value(None, None, None)
        return Value(row["estimate"], row["ci_low"], row["ci_high"])


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
    smallest : int or None
        Counts below this are masked; None where nothing is.
    comparisons : tuple of Comparison or None
        Tests between groups; None where none were asked for.
    """

    delivery: Delivery | None
    later: tuple[Delivery, ...]
    analyses: tuple[Analysis, ...]
    groups: dict[str, tuple[Group, ...]]
    tables: dict[str, list[Record]]
    months: tuple[int, ...]
    days_per_month: str
    parameters: dict[str, str]
    smallest: int | None = None
    comparisons: tuple[Comparison, ...] | None = None

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

    def find(self, table: str, **keys: object) -> Record | None:
        """The one row of a table with these keys."""
        for row in self.tables[table]:
            if all(row[name] == value for name, value in keys.items()):
                return row
        return None


MARTS = (
    ("cohort_attrition", "step"),
    ("table_one", "all"),
    ("response_summary", "all"),
    ("outcome_summary", "all"),
    ("analysis_populations", "all"),
    ("published_comparison", "result_id"),
    ("published_directions", "section desc, statement_id"),
)
DEFINITIONS = (
    ("endpoint_events", "endpoint, role desc, precedence"),
    ("outcome_measures", None),
    ("populations", None),
    ("published_results", "result_id"),
    ("strata", "stratum_variable, level_order"),
    ("summary_subsets", None),
    ("table_one_levels", "row_order"),
)


def read_study(
    warehouse: Warehouse, analyses: Iterable[Analysis], *, has_tests: bool = False
) -> Study:
    """Read whatever the report shows of these analyses."""
    ordered = sorted(analyses, key=reading_order)
    tables = {name: warehouse.records(name, order_by=order) for name, order in MARTS}
    for name, order in DEFINITIONS:
        tables[name] = warehouse.records(name, schema="definitions", order_by=order)
    tables["reconciliation"] = warehouse.records("reconciliation", schema="quality")
    tables["verdict"] = warehouse.records("verdict", schema="quality")
    tables["findings"] = warehouse.findings_counted()
    tables["imputed_dates"] = warehouse.dates_counted()
    months = warehouse.records(
        "report_months", schema="definitions", order_by="at_month"
    )
    return Study(
        delivery=warehouse.delivery(),
        later=warehouse.unpublished_since(),
        analyses=tuple(ordered),
        groups=_groups(warehouse, ordered, tables["strata"]),
        tables=tables,
        months=tuple(row["at_month"] for row in months),
        days_per_month=warehouse.days_per_month(),
        parameters=warehouse.study_parameters(),
        comparisons=_comparisons(warehouse, ordered) if has_tests else None,
    )


def _comparisons(
    warehouse: Warehouse, analyses: list[Analysis]
) -> tuple[Comparison, ...]:
    from survival.warehouse import counts_by_stratum

    table = warehouse.event_table().groupby("analysis_id")
    return compare(analyses, {name: counts_by_stratum(rows) for name, rows in table})


def typeset(label: str) -> str:
    """A label of the definitions with the signs that print has."""
    label = label.replace("<=", "\N{LESS-THAN OR EQUAL TO}")
    label = label.replace(">=", "\N{GREATER-THAN OR EQUAL TO}")
    return f"{label[:-1]}\N{MINUS SIGN}" if label.endswith("-") else label


def _groups(
    warehouse: Warehouse, analyses: list[Analysis], strata: list[Record]
) -> dict[str, tuple[Group, ...]]:
    days, summaries = defaultdict(list), defaultdict(dict)
    for row in warehouse.records(
        "survival_curves", order_by="analysis_id, stratum, time_days"
    ):
        days[row["analysis_id"], row["stratum"]].append(_day(row))
    for row in warehouse.records("survival_summary"):
        month = None if row["at_month"] is None else int(row["at_month"])
        summaries[row["analysis_id"], row["stratum"]][row["statistic"], month] = row
    # The order and the words of the strata are rows too: no list of labels is ever
    # put beside a list of groups.
    known = {(row["stratum_variable"], row["level"]): row for row in strata}
    groups = {}
    for analysis in analyses:
        found = []
        for analysis_id, stratum in days:
            if analysis_id != analysis.analysis_id:
                continue
            level = known.get((analysis.stratum_variable, stratum), {})
            label = "All" if stratum == ALL else typeset(level.get("label", stratum))
            group = Group(
                analysis,
                stratum,
                label,
                tuple(days[analysis_id, stratum]),
                summaries[analysis_id, stratum],
            )
            found.append((level.get("level_order", 0), stratum, group))
        if found:
            ordered = sorted(found, key=lambda item: item[:2])
            groups[analysis.analysis_id] = tuple(group for *_, group in ordered)
    return groups


def _day(row: Record) -> Day:
    return Day(
        row["time_days"],
        row["n_at_risk"],
        row["n_event"],
        row["n_competing"],
        row["n_censored"],
        {
            name: Value(row[name], row[f"{name}_ci_low"], row[f"{name}_ci_high"])
            for name in CURVES
        },
    )
