"""The published warehouse, read-only: the one module that knows SQL and paths."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable
from functools import cached_property
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from survival.analysis import ALL, Analysis, AnalysisLabels
from survival.counts import Counts
from survival.delivery import Delivery
from survival.errors import UnknownAnalysisError, WarehouseError
from survival.labels import typeset

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

# What the gate found in the records, and what only the derivation shows of them.
# What stops comes first, and of that what is of most records.
FAILURES = (
    "from quality.gate_failures "
    "order by is_stop desc, n_records desc nulls first, message"
)
DATES = "intermediate.int_dated_events"
FINDINGS = ("quality.findings", "quality.derivation_findings")


class Warehouse:
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

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path) if path else _named_by_the_environment()

    def __enter__(self) -> Warehouse:
        self._connection  # noqa: B018 - open now, so that errors come here
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if "_connection" in self.__dict__:
            self._connection.close()
            del self.__dict__["_connection"]

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        import duckdb
        from building.environment import within_memory
        from building.lock import BuildRefused

        if not self.path.is_file():
            raise WarehouseError(
                f"there is no warehouse at {self.path}{_built_in_vain(self.path)}: run "
                "`make` or `dbt build`, or set WAREHOUSE to the published file"
            )
        try:
            connection = duckdb.connect(config=within_memory())
            # Under a name of its own: a file called marts.duckdb would be taken for its
            # schema marts.
            file = str(self.path.absolute()).replace("'", "''")
            connection.execute(f"attach '{file}' as warehouse (read_only)")
            connection.execute("use warehouse")
            return connection
        except BuildRefused as refused:
            raise WarehouseError(str(refused)) from refused
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise WarehouseError(
                f"{self.path} cannot be opened ({reason}): set WAREHOUSE to the "
                "published file, or run `dbt build` to publish it again"
            ) from error

    def _read(
        self,
        mart: str,
        *,
        where: dict[str, Any] | None = None,
        columns: Iterable[str] = ("*",),
    ) -> pd.DataFrame:
        """Rows of a mart; conditions that are None do not restrict."""
        import duckdb

        conditions = {k: v for k, v in (where or {}).items() if v is not None}
        clause = " and ".join(f"{column} = ?" for column in conditions)
        query = f"select {', '.join(columns)} from marts.{mart}"
        query += f" where {clause}" if clause else ""
        try:
            return self._connection.execute(query, list(conditions.values())).df()
        except duckdb.CatalogException as error:
            raise WarehouseError(self._without(mart)) from error

    def _read_known(self, mart: str, **words: str | None) -> pd.DataFrame:
        """The same; no rows is an answer, but not to a word that the mart lacks."""
        rows = self._read(mart, where=words)
        for column, word in words.items():
            if len(rows) or word is None:
                continue
            known = self._connection.execute(
                f"select distinct {column} from marts.{mart} order by all"
            ).fetchall()
            if known and (word,) not in known:
                raise WarehouseError(
                    f"{mart} has no {column} {word!r}: it has "
                    f"{', '.join(str(value) for (value,) in known)}"
                )
        return rows

    def records(
        self, table: str, *, schema: str = "marts", order_by: str | None = None
    ) -> list[dict[str, Any]]:
        """Rows of a table as dictionaries, without the cost of a data frame.

        Raises
        ------
        WarehouseError
            If the warehouse has no such table.
        """
        import duckdb

        order = f" order by {order_by}" if order_by else ""
        try:
            cursor = self._connection.execute(f"select * from {schema}.{table}{order}")
        except duckdb.CatalogException as error:
            raise WarehouseError(self._without(table)) from error
        return _dictionaries(cursor)

    def findings_counted(self) -> list[dict[str, Any]]:
        """Quality findings by severity and rule; no patient."""
        return self._counted(
            " union all ".join(
                f"select '{relation}' as relation, rule_id, severity, description, "
                f"action, count(*) as n from {relation} group by all"
                for relation in FINDINGS
            )
            + " order by severity, rule_id"
        )

    def gate_failures(self) -> list[dict[str, Any]]:
        """What the gate found of the delivery, a sentence each."""
        return self._counted(FAILURES)

    def dates_counted(self) -> list[dict[str, Any]]:
        """Dates of events by type: given, imputed, missing; no patient."""
        return self._counted(
            "select event_type, "
            "count(*) filter (where date_resolution = 'given') as n_given, "
            "count(*) filter (where date_resolution = 'imputed') as n_imputed, "
            "count(*) filter (where date_resolution = 'missing') as n_missing "
            f"from {DATES} group by all order by event_type"
        )

    def builds_compared(self) -> list[dict[str, Any]]:
        """The builds of this study whose results the history holds, in their order."""
        return self._counted(
            "with log as (from marts.delivery_log) "
            "select build_id, delivery_id, data_cutoff_date from log "
            "where build_id in (select build_id from marts.result_history) "
            "and study = (select max_by(study, started_at) from log) "
            "order by started_at"
        )

    def results_over_builds(self, cells: list[tuple[str, str]]) -> list[dict[str, Any]]:
        """Values of these cells, mart key and column, in every build."""
        if not cells:
            return []
        listed = ", ".join(
            "('{}', '{}')".format(*(part.replace("'", "''") for part in cell))
            for cell in cells
        )
        return self._counted(
            "select build_id, mart_key, mart_column, value from marts.result_history "
            f"where (mart_key, mart_column) in ({listed})"
        )

    def records_changed(self) -> list[dict[str, Any]]:
        """Records that changed since the build before, counted by table."""
        return self._counted(
            "with records as (select table_name, record_key, version, change, "
            "bool_or(is_after_cutoff) as is_after "
            "from marts.record_changes group by all) "
            "select table_name, "
            "count(*) filter (where change = 'added' and is_after) as n_new, "
            "count(*) filter (where change = 'added' and not is_after) as n_late, "
            "count(*) filter (where change = 'changed' and is_after) as n_continued, "
            "count(*) filter (where change = 'changed' and not is_after) "
            "as n_corrected, "
            "count(*) filter (where change = 'removed') as n_removed "
            "from records group by all order by table_name"
        )

    def patients_changed(self) -> list[dict[str, Any]]:
        """Patients who entered or left the study since, counted by the reason."""
        return self._counted(
            "with inclusion as (select patient_id, "
            "coalesce(value_after, 'gone') as value_after "
            "from marts.patient_changes where mart = 'cohort' "
            "and mart_column = 'is_included' "
            "and 'true' in (coalesce(value_before, ''), coalesce(value_after, ''))) "
            "select case value_after when 'true' then 'entered' when 'gone' "
            "then 'no longer delivered' else cohort_attrition.criterion end as reason, "
            "count(*) as n from inclusion left join marts.cohort "
            "on inclusion.patient_id = cohort.patient_id "
            "left join marts.cohort_attrition "
            "on cohort.exclusion_step = cohort_attrition.step "
            "group by all order by reason"
        )

    def _counted(self, query: str) -> list[dict[str, Any]]:
        return _dictionaries(self._connection.execute(query))

    def _without(self, mart: str) -> str:
        """Why a mart is not there."""
        return (
            f"{self.path} has no mart {mart}: it was published by an older build, or "
            "is no warehouse; run `dbt build`"
        )

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

    def comments(self) -> dict[str, str]:
        """What the catalogue says of each table, by its name with the schema."""
        return {
            row["name"]: row["comment"]
            for row in self._counted(
                "select schema_name || '.' || table_name as name, comment "
                "from duckdb_tables() where comment is not null"
            )
        }

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


def _built_in_vain(path: Path) -> str:
    """Why the last build of a file that is not there published nothing, if known."""
    from building.journal import journal_of, read_journal

    for row in read_journal(journal_of(path))[-1:]:
        return f" (the last build: {row['verdict']}; {row['reason'] or 'no reason'})"
    return ""


def _named_by_the_environment() -> Path:
    from building.environment import WAREHOUSE, warehouse_file
    from building.lock import BuildRefused

    if "WAREHOUSE" not in os.environ:
        return Path(WAREHOUSE)
    try:
        return warehouse_file()
    except BuildRefused as refused:
        raise WarehouseError(str(refused)) from refused


def counts_by_stratum(event_table: pd.DataFrame) -> dict[str, Counts]:
    """Counts of each stratum in the rows of one analysis, by name."""
    return {
        str(stratum): Counts.from_rows(rows)
        for stratum, rows in event_table.groupby("stratum", sort=True)
    }


def _dictionaries(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Rows by name; NULL in a column of estimates is nan, "not estimable"."""
    names = [column[0] for column in cursor.description]
    estimates = [name for name, kind, *_ in cursor.description if kind == "DOUBLE"]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        for name in estimates:
            if row[name] is None:
                row[name] = nan
    return rows


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _day(value: Any) -> str | None:
    return None if value is None else str(value)[:10]


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
