"""Who is behind a number: pseudonyms, brought in only when they are asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from survival.analysis import Analysis
from survival.counted import FINDINGS
from survival.counts import COMPETING_EVENT, EVENT
from survival.groups import Record
from survival.recount import PatientTables, analysed
from survival.report.document import Section, Source
from survival.report.words import sources

if TYPE_CHECKING:
    from survival.warehouse import Warehouse

Ids = set[str]
STATUS_OF_COLUMN = {"n_event": EVENT, "n_competing": COMPETING_EVENT}


class Patients:
    """Patients by number of the report.

    Parameters
    ----------
    warehouse : Warehouse
    analyses : iterable of Analysis

    Notes
    -----
    The lists are put together here, from the rows of the patients and not from the
    counts: `survival verify` does so with the analyses. A number whose patients
    cannot be told has no list, and never another's.
    """

    def __init__(self, warehouse: Warehouse, analyses: Iterable[Analysis]) -> None:
        self._read = warehouse.records
        self._tables = PatientTables(warehouse)
        self._analyses = {analysis.analysis_id: analysis for analysis in analyses}
        self._of_analysis: dict[str, list[Record]] = {}
        self._medians = {
            (found["analysis_id"], found["stratum"]): found["estimate"]
            for found in self._read("survival_summary")
            if found["statistic"] == "median_days"
        }
        self._cohort = self._read("cohort")
        self._included = {r["patient_id"] for r in self._cohort if r["is_included"]}
        self._groups: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for found in self._read("subset_members", schema="intermediate"):
            self._groups[found["population"], found["subset"]].append(found)
        self._characteristics = _listed(
            self._read("table_one_values", schema="intermediate"),
            ("variable", "level"),
        )
        self._window = next(
            row["response_window"]
            for row in self._read("response_windows", schema="definitions")
            if row["is_default"]
        )
        self._findings = {
            relation: _listed(
                self._read(relation.removeprefix("quality."), schema="quality"),
                ("rule_id",),
            )
            for relation in FINDINGS
        }
        self._dates = _listed(
            self._read("int_dated_events", schema="intermediate"),
            ("event_type", "date_resolution"),
        )
        self._responses = self._response_lists()
        self._facts = self._fact_lists()

    def behind(self, source: Source) -> tuple[str, ...] | None:
        """Pseudonyms of the patients whom a number counts or is made from.

        Of an estimate, a median or a range: those who are analysed. Of a count: those
        who are counted. None where the number has no patients of its own.
        """
        find = self._finders().get(source.table)
        found = None if find is None else find(source, dict(source.keys))
        return None if found is None else tuple(sorted(found))

    def _finders(self) -> dict[str, Callable[[Source, Record], Ids | None]]:
        return {
            "marts.survival_summary": self._of_summary,
            "marts.survival_curves": self._of_summary,
            "marts.analysis_populations": self._left_out,
            "marts.cohort_attrition": self._of_step,
            "marts.table_one": self._of_table_one,
            "marts.response_summary": self._of_response,
            "marts.outcome_summary": self._of_outcome,
            **dict.fromkeys(
                FINDINGS,
                lambda source, keys: self._findings[source.table][keys["rule_id"],],
            ),
            "intermediate.int_dated_events": lambda _, keys: self._dates[
                keys["event_type"], keys["date_resolution"]
            ],
        }

    def _of_summary(self, source: Source, keys: Record) -> Ids | None:
        if "analysis_id" not in keys:
            return None
        analysis = self._analyses[keys["analysis_id"]]
        if analysis.analysis_id not in self._of_analysis:
            rows = analysed(analysis, self._tables)
            columns = ["patient_id", "level", "status", "time_days"]
            self._of_analysis[analysis.analysis_id] = rows[columns].to_dict("records")
        rows = self._of_analysis[analysis.analysis_id]
        if "stratum" in keys:
            rows = [row for row in rows if row["level"] == keys["stratum"]]
        if source.columns == ("n_at_risk",):
            median = self._medians[keys["analysis_id"], keys["stratum"]]
            rows = [row for row in rows if row["time_days"] >= median]
        if source.columns[0] in STATUS_OF_COLUMN:
            status = STATUS_OF_COLUMN[source.columns[0]]
            # Of follow-up the censorings are the events (P21).
            wanted = {0} if analysis.is_reverse else {status}
            rows = [row for row in rows if row["status"] in wanted]
        return {row["patient_id"] for row in rows}

    def _left_out(self, source: Source, keys: Record) -> Ids | None:
        analysis = self._analyses.get(keys["analysis_id"])
        if analysis is None or analysis.landmark_day is not None:
            return None
        times = self._tables.times(analysis.counted_endpoint, analysis.censoring_rule)
        rows = times[times["not_evaluable_reason"] == keys["reason"]]
        return set(rows["patient_id"]) & self._tables.members(analysis.population)

    def _of_step(self, source: Source, keys: Record) -> Ids | None:
        column, step = source.columns[0], keys.get("step")
        keeps = {
            "n_in": lambda left: left is None or left >= step,
            "n_excluded": lambda left: left == step,
            "n_out": lambda left: left is None or left > step,
        }.get(column)
        if step is None or keeps is None:
            return None
        return {r["patient_id"] for r in self._cohort if keeps(r["exclusion_step"])}

    def _members(self, population: str, subset: str, window: str = "any") -> Ids:
        return {
            row["patient_id"]
            for row in self._groups[population, subset]
            if row["response_window"] in ("any", window)
        }

    def _of_table_one(self, source: Source, keys: Record) -> Ids:
        found = self._characteristics[keys["variable"], keys["level"]]
        return found & self._members(keys["population"], keys["subset"])

    def _of_response(self, source: Source, keys: Record) -> Ids | None:
        if "measure" not in keys:
            return None
        window = keys["response_window"]
        own = self._members(keys["population"], keys["subset"], window)
        return own & self._responses[window, keys["measure"]]

    def _of_outcome(self, source: Source, keys: Record) -> Ids | None:
        for measure in self._read("outcome_measures", schema="definitions"):
            if all(measure[name] == keys[name] for name in ("subset", "measure")):
                own = self._members(keys["population"], keys["subset"], self._window)
                found = self._facts.get(measure["fact"])
                return None if found is None else own & found
        return None

    def _response_lists(self) -> dict[tuple[str, str], Ids]:
        measures = defaultdict(list)
        for row in self._read("response_measures", schema="definitions"):
            measures[row["assessment"], row["outcome"]].append(row["measure"])
        found: dict[tuple[str, str], Ids] = defaultdict(set)
        for row in self._read("response_outcomes", schema="intermediate"):
            for measure in measures[row["assessment"], row["outcome"]]:
                key = (row["response_window"], measure)
                found[key].add(row["patient_id"])
        return found

    def _fact_lists(self) -> dict[str, Ids]:
        """Of whom each fact of ``outcome_measures`` is true."""
        facts: dict[str, Ids] = defaultdict(set)
        facts["counted"] = set(self._included)
        for row in self._read("transplant_outcomes"):
            between = row["has_cytotoxic_between"]
            for fact, is_true in (
                ("hsct_after_index", row["hsct_date"] is not None),
                ("response_before_hsct", row["has_response_before_hsct"]),
                ("cytotoxic_between", between),
                ("no_cytotoxic_between", between is False),
                ("response_then_hsct", between is False),
                ("in_remission_at_hsct", row["is_in_remission_at_hsct"]),
                ("nrm_evaluable", row["is_nrm_evaluable"]),
            ):
                if is_true:
                    facts[fact].add(row["patient_id"])
        for row in self._read("time_to_event"):
            if row["censoring_rule"] == "standard" and row["status"] == EVENT:
                fact = f"{row['endpoint']}_{row['ended_by']}"
                facts[fact].add(row["patient_id"])
        for row in self._read("int_concurrent_therapies", schema="intermediate"):
            facts[f"concurrent_{row['drug_class']}"].add(row["patient_id"])
        for marker, patient_id in self._markers():
            facts[f"{marker}_positive"].add(patient_id)
        return facts

    def _markers(self) -> Iterator[tuple[str, str]]:
        """Positive tests that may have been taken by the index date (P5)."""
        withheld = {
            row["source_record"]
            for row in self._read("record_dispositions", schema="quality")
        }
        index = {r["patient_id"]: r["index_date"] for r in self._cohort}
        for row in self._read("stg_delivery__genetic_findings", schema="staging"):
            started = index.get(row["patient_id"])
            taken = row["test_date_earliest"]
            is_later = taken is not None and (started is None or taken > started)
            is_used = row["source_record"] not in withheld and not is_later
            if is_used and row["result"] == "positive":
                yield row["marker"], row["patient_id"]


def patient_lists(patients: Patients, sections: Iterable[Section]) -> dict[str, object]:
    """The lists behind all numbers of the sections, each list once.

    Returns
    -------
    dict
        `lists` of pseudonyms, and `of`: from packed sources to places in `lists`.
    """
    lists: dict[tuple[str, ...], int] = {}
    of: dict[str, int] = {}
    for source in sources(sections):
        found = patients.behind(source)
        if found is not None:
            of[source.packed()] = lists.setdefault(found, len(lists))
    return {"lists": list(lists), "of": of}


def _listed(
    rows: Iterable[Record], names: tuple[str, ...]
) -> dict[tuple[str, ...], Ids]:
    found: dict[tuple[str, ...], Ids] = defaultdict(set)
    for row in rows:
        if row["patient_id"] is not None:
            found[tuple(row[name] for name in names)].add(row["patient_id"])
    return found
