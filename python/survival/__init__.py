"""Survival estimates from the marts of the warehouse.

>>> from survival import Warehouse, kaplan_meier
>>> with Warehouse() as warehouse:
...     curve = kaplan_meier(warehouse.counts("all__os"))
>>> curve.median.days

Heavy libraries (lifelines, duckdb, matplotlib) are imported where they are used, so
that importing the package, and ``survival --help``, do not wait for them.
"""

from survival.analysis import Analysis, AnalysisFit, fit_analysis
from survival.counts import Counts
from survival.cumulative_incidence import cumulative_incidence, exponential_incidence
from survival.curves import IncidenceCurve, Median, PointEstimate, SurvivalCurve
from survival.errors import SurvivalError
from survival.group_tests import GroupTest, gray, log_rank
from survival.kaplan_meier import (
    kaplan_meier,
    median_follow_up,
    reverse_kaplan_meier,
)
from survival.warehouse import Warehouse

__all__ = [
    "Analysis",
    "AnalysisFit",
    "Counts",
    "GroupTest",
    "IncidenceCurve",
    "Median",
    "PointEstimate",
    "SurvivalCurve",
    "SurvivalError",
    "Warehouse",
    "cumulative_incidence",
    "exponential_incidence",
    "fit_analysis",
    "gray",
    "kaplan_meier",
    "log_rank",
    "median_follow_up",
    "reverse_kaplan_meier",
]
