"""The marts of the published file, by what they are: analyses, counts, patients."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from survival.analysis import ALL, Analysis, AnalysisLabels
from survival.counts import Counts
from survival.delivery import Delivery
from survival.errors import UnknownAnalysisError, WarehouseError
from survival.labels import typeset
from survival.published_file import PublishedFile

if TYPE_CHECKING:
    import pandas as pd


class Warehouse(PublishedFile):
    """The marts of the published DuckDB file.

    Parameters
    ----------
    path : str or Path, optional
        The file; by default the environment variable ``WAREHOUSE``, or
        ``warehouse.duckdb`` in the current folder.

    Raises
    ------
    WarehouseError
        If there is no such file, or it is no warehouse, with what to do about it.

    Examples
    --------
    >>> with Warehouse() as warehouse:
    ...     warehouse.summary("all__os")

    Notes
    -----
    The file is opened read-only when it is first read. A build that is published
    meanwhile replaces the file: an open Warehouse keeps the marts that it opened.
    """

    @cached_property
    def _analyses(self) -> dict[str, Analysis]:
        rows = self.records("survival_analyses")
        labels = self._labels()
        return {
            row["analysis_id"]: Analysis(
                analysis_id=row["analysis_id"],
                population=row["population"],
                endpoint=row["endpoint"],
                censoring_rule=row["censoring_rule"],
                counted_endpoint=row["counted_endpoint"],
                competing_role=row["competing_role"],
                stratum_variable=_text(row["stratum_variable"]),
                landmark_day=_whole(row["landmark_day"]),
                is_reverse=bool(row["is_reverse"]),
                caution=_text(row["caution"]),
                is_exempt=bool(row["is_exempt"]),
                labels=labels(row),
            )
            for row in sorted(rows, key=lambda row: row["analysis_id"])
        }

    def _labels(self) -> Callable[[dict[str, Any]], AnalysisLabels]:
        """What the definitions call the words of a row of ``survival_analyses``."""
        populations = self._definitions("populations", "population")
        endpoints = self._definitions("endpoint_labels", "endpoint")
        words = self.words()

        def labels(row: dict[str, Any]) -> AnalysisLabels:
            population = populations[row["population"]]
            endpoint = endpoints[row["endpoint"]]
            is_standard = row["censoring_rule"] == "standard"
            variable = _text(row["stratum_variable"])
            return AnalysisLabels(
                population=typeset(population["label"]),
                endpoint=endpoint["label"],
                short_endpoint=endpoint["short_label"],
                censoring_rule=""
                if is_standard
                else words["censoring_rule", row["censoring_rule"]],
                stratum_variable=""
                if variable is None
                else words["stratum_variable", variable],
                axis=endpoint["axis_label"],
                time=endpoint["time_label"],
                event=endpoint["event_label"],
                competing=endpoint["competing_label"] or "",
                population_order=population["row_order"],
                endpoint_order=endpoint["row_order"],
            )

        return labels

    def _definitions(self, table: str, key: str) -> dict[str, dict[str, Any]]:
        return {row[key]: row for row in self.records(table, schema="definitions")}

    def words(self) -> dict[tuple[str, str], str]:
        """What a reader is told for a word of the definitions, by vocabulary and term.

        Notes
        -----
        A test of every build holds that the words of the study have labels.
        """
        order = "vocabulary, term"
        rows = self.records("labels", schema="definitions", order_by=order)
        return {(row["vocabulary"], row["term"]): row["label"] for row in rows}

    def facts(self) -> dict[str, str]:
        """What is said of the study: its title, what it is compared with."""
        rows = self.records("study", schema="definitions")
        return {row["item"]: row["text"] for row in rows}

    def patients(self, mart: str, columns: Iterable[str], **words: str) -> pd.DataFrame:
        """These columns of a mart's patients who have these words; maybe nobody."""
        return self._read(mart, where=words, columns=columns)

    def siblings(self) -> tuple[tuple[str, ...], ...]:
        """The populations that split one, where nothing splits them further."""
        rows = self.records("populations", schema="definitions", order_by="row_order")
        parents = {row["parent"] for row in rows}
        leaves: dict[str, list[str]] = {}
        for row in rows:
            if row["parent"] is not None and row["population"] not in parents:
                leaves.setdefault(row["parent"], []).append(row["population"])
        return tuple(tuple(names) for names in leaves.values() if len(names) > 1)

    def analyses(self) -> tuple[Analysis, ...]:
        """Every analysis of the study, by id."""
        return tuple(self._analyses.values())

    def find_analyses(self, patterns: str | Iterable[str]) -> tuple[Analysis, ...]:
        """The analyses with these ids, or whose ids start so; all if none is given.

        Raises
        ------
        UnknownAnalysisError
            If a pattern meets none, with the ids that resemble it.
        """
        found: dict[str, Analysis] = {}
        wanted = [patterns] if isinstance(patterns, str) else list(patterns)
        for pattern in wanted:
            if pattern in self._analyses:
                found[pattern] = self._analyses[pattern]
                continue
            matches = {
                analysis_id: analysis
                for analysis_id, analysis in self._analyses.items()
                if analysis_id.startswith(pattern)
            }
            if not matches:
                raise UnknownAnalysisError(self._unknown(pattern))
            found.update(matches)
        return tuple(found.values()) if wanted else self.analyses()

    def _unknown(self, analysis_id: str) -> str:
        close = difflib.get_close_matches(analysis_id, self._analyses, n=3, cutoff=0.5)
        hint = (
            f"did you mean {' or '.join(close)}?"
            if close
            else "`survival estimate` without --analysis lists them all"
        )
        return f"there is no analysis {analysis_id}: {hint}"

    def event_table(self, analysis_id: str | None = None) -> pd.DataFrame:
        """Counts per analysis, stratum and distinct day."""
        return self._of_analysis("survival_event_table", analysis_id).sort_values(
            ["analysis_id", "stratum", "time_days"], ignore_index=True
        )

    def curves(self, analysis_id: str | None = None) -> pd.DataFrame:
        """The SQL estimates per analysis, stratum and distinct day, and day 0."""
        return self._of_analysis("survival_curves", analysis_id).sort_values(
            ["analysis_id", "stratum", "time_days"], ignore_index=True
        )

    def summary(self, analysis_id: str | None = None) -> pd.DataFrame:
        """The SQL estimates per analysis, stratum, statistic and month."""
        return self._of_analysis("survival_summary", analysis_id).sort_values(
            ["analysis_id", "stratum", "statistic", "at_month"], ignore_index=True
        )

    def ids_in(self, mart: str) -> set[str]:
        """The analyses that a mart has rows of, listed or not."""
        return set(self._read(mart, columns=["distinct analysis_id"])["analysis_id"])

    def analysis_populations(self, analysis_id: str | None = None) -> pd.DataFrame:
        """How many are analysed, or left out and why, per analysis and stratum."""
        return self._of_analysis("analysis_populations", analysis_id)

    def _of_analysis(self, mart: str, analysis_id: str | None) -> pd.DataFrame:
        if analysis_id is not None and analysis_id not in self._analyses:
            raise UnknownAnalysisError(self._unknown(analysis_id))
        return self._read(mart, where={"analysis_id": analysis_id})

    def counts(self, analysis_id: str, *, stratum: str = ALL) -> Counts:
        """The counts of one analysis and stratum, ready for an estimator."""
        by_stratum = self.counts_by_stratum(analysis_id)
        if stratum not in by_stratum:
            raise UnknownAnalysisError(
                f"{analysis_id} has no stratum {stratum}: it has "
                f"{', '.join(by_stratum) or 'no patient'}"
            )
        return by_stratum[stratum]

    def counts_by_stratum(self, analysis_id: str) -> dict[str, Counts]:
        """The counts of every stratum of an analysis, by name of the stratum."""
        return counts_by_stratum(self.event_table(analysis_id))

    def time_to_event(
        self, endpoint: str | None = None, *, censoring_rule: str | None = None
    ) -> pd.DataFrame:
        """Each patient's time and status, or why there is none.

        Raises
        ------
        WarehouseError
            If the mart has no such endpoint or censoring rule.
        """
        return self._read_known(
            "time_to_event", endpoint=endpoint, censoring_rule=censoring_rule
        )

    def strata(self, stratum_variable: str | None = None) -> pd.DataFrame:
        """Each patient's level of each stratum variable, and when it was known.

        Raises
        ------
        WarehouseError
            If the mart has no such stratum variable.
        """
        return self._read_known("survival_strata", stratum_variable=stratum_variable)

    def cohort(self) -> pd.DataFrame:
        """Every delivered patient: included, or at which step left out."""
        return self._read("cohort")

    def cohort_attrition(self) -> pd.DataFrame:
        """The ordered eligibility steps with the numbers in and out."""
        return self._read("cohort_attrition").sort_values("step", ignore_index=True)

    def study_parameters(self) -> dict[str, str]:
        """The parameters that the build used, as text."""
        rows = self.records("study_parameters", order_by="parameter")
        return {row["parameter"]: str(row["value"]) for row in rows}

    def days_per_month(self) -> str:
        """Length of a month, as exact decimal text."""
        parameters = self.study_parameters()
        if "days_per_month" not in parameters:
            raise WarehouseError(
                f"study_parameters in {self.path} has no days_per_month: run `dbt "
                "build`"
            )
        return parameters["days_per_month"]

    def report_months(self) -> tuple[int, ...]:
        """Months at which the study plans its estimates, in order."""
        rows = self.records("report_months", schema="definitions", order_by="at_month")
        return tuple(row["at_month"] for row in rows)

    @cached_property
    def _deliveries(self) -> tuple[Delivery, ...]:
        """The log in order of time."""
        rows = self.records("delivery_log", order_by="started_at")
        return tuple(
            Delivery(
                delivery_id=_text(row["delivery_id"]),
                data_cutoff_date=_day(row["data_cutoff_date"]),
                delivered_on=_day(row["delivered_on"]),
                verdict=row["verdict"],
                reason=_text(row["reason"]),
            )
            for row in rows
        )

    def delivery(self) -> Delivery | None:
        """The delivery that the marts hold; None if none was ever published."""
        published = [d for d in self._deliveries if d.is_published]
        return published[-1] if published else None

    def unpublished_since(self) -> tuple[Delivery, ...]:
        """Builds after that of the marts, which they did not replace."""
        since: list[Delivery] = []
        for delivery in self._deliveries:
            since = [] if delivery.is_published else [*since, delivery]
        return tuple(since)


def counts_by_stratum(event_table: pd.DataFrame) -> dict[str, Counts]:
    """Counts of each stratum in the rows of one analysis, by name."""
    return {
        str(stratum): Counts.from_rows(rows)
        for stratum, rows in event_table.groupby("stratum", sort=True)
    }


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _day(value: Any) -> str | None:
    return None if value is None else str(value)[:10]


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
