"""A small warehouse: the public bone-marrow data in the promised marts.

The event table is counted by SQL here, not by the package. The estimates are the
package's own, which R's figures hold elsewhere: a test that must see a difference
changes a copy.
"""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
from survival.analysis import Analysis, AnalysisLabels, fit_analysis
from survival.summary import summary_rows
from survival.warehouse import counts_by_stratum

BMT = Path(__file__).parents[2] / "data" / "bmt"
POPULATIONS = {"1": "rr_ph_neg", "2": "mrd_pos_ph_neg", "3": "mrd_pos_ph_pos"}
INDEX_DATE = date(2014, 6, 1)
LANDMARK_DAY = 84
DAYS_PER_MONTH = "30.4375"
ENDPOINTS = {
    "os": ("Overall survival", "death", None),
    "dfs": ("Disease-free survival", "relapse or death", None),
    "rfs": ("Relapse-free survival", "relapse or death", None),
    "follow_up": ("Follow-up", "end of follow-up", None),
    "nrm_after_hsct": ("Non-relapse mortality", "non-relapse mortality", "relapse"),
    "time_to_hsct": ("Time to transplant", "transplant", "death"),
}
PARENTS = {
    "all": None,
    "mrd_pos": "all",
    "mrd_pos_ph_neg": "mrd_pos",
    "mrd_pos_ph_pos": "mrd_pos",
    "rr": "all",
    "rr_ph_neg": "rr",
    "rr_ph_pos": "rr",
}
WORDS = (
    ("censoring_rule", "censored_at_hsct", "censored at transplant"),
    ("stratum_variable", "ph_status", "Ph status"),
    ("stratum_variable", "mrd_response", "MRD response"),
)
CAUTION = "Grouped by a response known only after the clock starts."


def analysis(analysis_id, population, endpoint, **changes):
    """A row of survival_analyses."""
    row = {
        "analysis_id": analysis_id,
        "population": population,
        "endpoint": endpoint,
        "censoring_rule": "standard",
        "counted_endpoint": endpoint,
        "competing_role": "none",
        "stratum_variable": None,
        "landmark_day": None,
        "is_reverse": False,
        "caution": None,
    }
    row |= changes
    label, event, competing = ENDPOINTS[endpoint]
    words = {term: label for _, term, label in WORDS}
    labels = AnalysisLabels(
        population=population,
        endpoint=label,
        short_endpoint=label,
        censoring_rule=words.get(row["censoring_rule"], ""),
        stratum_variable=words.get(row["stratum_variable"], ""),
        axis=f"{label}, %",
        time="Months from index",
        event=event,
        competing=competing or "",
        population_order=list(PARENTS).index(population),
        endpoint_order=list(ENDPOINTS).index(endpoint),
    )
    return Analysis(**row, labels=labels)


ANALYSES = (
    analysis("all__os", "all", "os"),
    analysis("rr_ph_neg__os", "rr_ph_neg", "os"),
    analysis(
        "rr_ph_neg__os__censored_at_hsct",
        "rr_ph_neg",
        "os",
        censoring_rule="censored_at_hsct",
        caution="Censoring at transplant is not independent of prognosis.",
    ),
    analysis("mrd_pos__dfs", "mrd_pos", "dfs"),
    analysis(
        "mrd_pos__os__by_ph_status", "mrd_pos", "os", stratum_variable="ph_status"
    ),
    analysis(
        "mrd_pos__os__by_mrd_response",
        "mrd_pos",
        "os",
        stratum_variable="mrd_response",
        caution=CAUTION,
    ),
    analysis(
        "mrd_pos__os__by_mrd_response__landmark_84",
        "mrd_pos",
        "os",
        stratum_variable="mrd_response",
        landmark_day=LANDMARK_DAY,
    ),
    analysis(
        "all__follow_up",
        "all",
        "follow_up",
        counted_endpoint="os",
        is_reverse=True,
    ),
    analysis(
        "mrd_pos__nrm_after_hsct", "mrd_pos", "nrm_after_hsct", competing_role="event"
    ),
    analysis("all__time_to_hsct", "all", "time_to_hsct", competing_role="censoring"),
    analysis("rr_ph_pos__os", "rr_ph_pos", "os"),
)


def patients():
    """The public patients, numbered from 001."""
    with open(BMT / "original.csv", encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=1):
            values = {name: int(value) for name, value in row.items() if value}
            yield f"{number:03}", POPULATIONS[row["group"]], values


def endpoint_times(population, row):
    """(endpoint, censoring rule, origin after index, time, status) of a patient."""
    yield "os", "standard", 0, row["t1"] + 10, row["d1"]
    yield "os", "censored_at_hsct", 0, 10, 0
    if population.startswith("mrd_pos"):
        yield "dfs", "standard", 0, row["t2"] + 10, row["d3"]
    status = 2 if row["d2"] else row["d3"]
    yield "nrm_after_hsct", "standard", 10, row["t2"], status
    # No such endpoint in the data: platelet recovery stands in for the transplant.
    time, status = (row["tp"], 1) if row["dp"] else (row["t1"], 2 if row["d1"] else 0)
    yield "time_to_hsct", "standard", 0, time, status


def patient_marts():
    """cohort, time_to_event and survival_strata as data frames."""
    cohort, times, strata = [], [], []
    for patient_id, population, row in patients():
        cohort.append(
            {
                "patient_id": patient_id,
                "is_included": True,
                "population": population,
                "index_date": INDEX_DATE,
            }
        )
        for endpoint, rule, start, time, status in endpoint_times(population, row):
            origin = INDEX_DATE + timedelta(days=start)
            times.append(
                {
                    "patient_id": patient_id,
                    "endpoint": endpoint,
                    "censoring_rule": rule,
                    "origin_date": origin,
                    "end_date": origin + timedelta(days=time),
                    "time_days": time,
                    "status": status,
                    "is_evaluable": True,
                    "not_evaluable_reason": None,
                }
            )
        ph_status = "ph_pos" if population.endswith("ph_pos") else "ph_neg"
        strata.append((patient_id, "ph_status", ph_status, INDEX_DATE, None, None))
        # Platelet recovery stands in for the response; patient 040 gets it too late.
        known_on = INDEX_DATE + timedelta(days=85 if patient_id == "040" else 84)
        level = "responder" if row["dp"] else "nonresponder"
        strata.append((patient_id, "mrd_response", level, known_on, None, None))
    # Two who count nowhere: one not included, one not evaluable.
    cohort.append({"patient_id": "138", "is_included": False, "index_date": INDEX_DATE})
    cohort.append({**cohort[0], "patient_id": "139"})
    times.append(
        {
            "patient_id": "139",
            "endpoint": "os",
            "censoring_rule": "standard",
            "is_evaluable": False,
            "not_evaluable_reason": "event_date_missing",
        }
    )
    return (
        pd.DataFrame(cohort),
        pd.DataFrame(times).astype({"time_days": "Int64", "status": "Int64"}),
        pd.DataFrame(
            strata,
            columns=[
                "patient_id",
                "stratum_variable",
                "level",
                "known_on",
                "level_before",
                "level_before_on",
            ],
        ),
    )


def event_table_query(item):
    """The counts of one analysis, in SQL."""
    landmark = item.landmark_day or 0
    level = "strata.level" if item.stratum_variable else "'all'"
    join = (
        f"""
        inner join marts.survival_strata as strata
            on time_to_event.patient_id = strata.patient_id
            and strata.stratum_variable = '{item.stratum_variable}'
            and ({landmark} = 0 or strata.known_on <= origin_date + {landmark})"""
        if item.stratum_variable
        else ""
    )
    event, censored = (0, 1) if item.is_reverse else (1, 0)
    return f"""
        with timed as (
            select {level} as stratum, time_days - {landmark} as time_days, status
            from marts.time_to_event as time_to_event
            inner join marts.cohort as cohort
                on time_to_event.patient_id = cohort.patient_id
                and ('{item.population}' = 'all'
                or starts_with(cohort.population, '{item.population}')){join}
            where endpoint = '{item.counted_endpoint}' and is_evaluable
                and censoring_rule = '{item.censoring_rule}'
                and ({landmark} = 0 or time_days > {landmark})
        ), counted as (
            select
                stratum,
                time_days,
                count(*) filter (where status = {event}) as n_event,
                count(*) filter (where status = 2) as n_competing,
                count(*) filter (where status = {censored}) as n_censored,
                count(*) as n_exits
            from timed
            group by stratum, time_days
        )
        select
            '{item.analysis_id}' as analysis_id,
            '{item.population}' as population,
            stratum,
            time_days,
            cast(sum(n_exits) over (
                partition by stratum order by time_days desc
            ) as bigint) as n_at_risk,
            n_event,
            n_competing,
            n_censored
        from counted
    """


def estimates(event_table):
    """survival_curves and survival_summary as rows."""
    curves, summary = [], []
    for item in ANALYSES:
        rows = event_table[event_table["analysis_id"] == item.analysis_id]
        for stratum, counts in counts_by_stratum(rows).items():
            fit = fit_analysis(item, counts, stratum=stratum)
            key = {"analysis_id": item.analysis_id, "stratum": stratum}
            curves += [{**key, **row} for row in curve_rows(fit)]
            numbers = {
                "n": counts.n,
                "n_event": int(counts.n_event.sum()),
                "n_competing": int(counts.n_competing.sum()),
                "estimator": fit.survival.estimator,
            }
            summary += [
                {**key, **vars(row), **numbers}
                for row in summary_rows(
                    fit, at_months=(6, 12, 18, 24), days_per_month=DAYS_PER_MONTH
                )
            ]
    return pd.DataFrame(curves), pd.DataFrame(summary)


def curve_rows(fit):
    """Day 0 and every day of the counts."""
    named = {
        "survival": fit.survival,
        "cumulative_incidence": fit.incidence,
        "competing_incidence": fit.competing,
    }
    days = [-1, *range(len(fit.counts.time_days))]
    if fit.counts.time_days[0] == 0:
        days = days[1:]
    for row in days:
        values = {"time_days": 0 if row < 0 else int(fit.counts.time_days[row])}
        for name, curve in named.items():
            for suffix, attribute in (
                ("", "estimate"),
                ("_std_error", "std_error"),
                ("_ci_low", "ci_low"),
                ("_ci_high", "ci_high"),
            ):
                value = None
                if curve is not None and row >= 0:
                    value = getattr(curve, attribute)[row]
                elif curve is not None:
                    value = {"": curve.before, "_std_error": 0.0}.get(suffix)
                values[f"{name}{suffix}"] = value
        yield values


def population_members(cohort):
    """Who is in which population: as the cohort says, and in what that is part of."""
    members = []
    for row in cohort[cohort["is_included"]].to_dict("records"):
        population = row["population"]
        while population is not None:
            members.append((population, row["patient_id"]))
            population = PARENTS[population]
    return pd.DataFrame(members, columns=["population", "patient_id"])


def definitions():
    """What populations, endpoints and other words are called."""
    populations = [
        (place, name, parent, name)
        for place, (name, parent) in enumerate(PARENTS.items())
    ]
    endpoints = [
        (place, name, label, label, f"{label}, %", "Months from index", *causes)
        for place, (name, (label, *causes)) in enumerate(ENDPOINTS.items())
    ]
    return {
        "populations": pd.DataFrame(
            populations, columns=["row_order", "population", "parent", "label"]
        ),
        "endpoint_labels": pd.DataFrame(
            endpoints,
            columns=[
                "row_order",
                "endpoint",
                "label",
                "short_label",
                "axis_label",
                "time_label",
                "event_label",
                "competing_label",
            ],
        ),
        "labels": pd.DataFrame(WORDS, columns=["vocabulary", "term", "label"]),
        "report_months": pd.DataFrame({"at_month": [6, 12, 18, 24]}),
    }


def build_warehouse(path):
    """Write the marts into a new DuckDB file."""
    cohort, time_to_event, survival_strata = patient_marts()
    frames = {
        "cohort": cohort,
        "time_to_event": time_to_event,
        "survival_strata": survival_strata,
        "survival_analyses": pd.DataFrame([vars(item) for item in ANALYSES])
        .drop(columns="labels")
        .astype({"landmark_day": "Int64"}),
        "population_members": population_members(cohort),
        "study_parameters": pd.DataFrame(
            [("days_per_month", DAYS_PER_MONTH), ("study_end", "2030-12-31")],
            columns=["parameter", "value"],
        ),
        "cohort_attrition": pd.DataFrame(
            [
                (1, "index drug started under the programme", 138, 0, 0, 138),
                (2, "adult", 138, 1, 0, 137),
            ],
            columns=["step", "criterion", "n_in", "n_excluded", "n_unknown", "n_out"],
        ),
        "delivery_log": pd.DataFrame(
            [
                {
                    "build_id": "b1",
                    "reason": "",
                    "verdict": "published",
                    "delivery_id": "synthetic-bmt",
                    "delivered_on": date(2031, 1, 15),
                    "data_cutoff_date": date(2030, 12, 31),
                    "started_at": datetime(2031, 1, 16, 9, 0),
                }
            ]
        ),
    }
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create schema definitions")

        def write(name, frame, schema="marts"):
            connection.register("frame", frame)
            connection.execute(f"create table {schema}.{name} as select * from frame")
            connection.unregister("frame")

        for name, frame in frames.items():
            write(name, frame)
        for name, frame in definitions().items():
            write(name, frame, schema="definitions")
        # Data frames carry dates as timestamps.
        for mart, column in (
            ("time_to_event", "origin_date"),
            ("time_to_event", "end_date"),
            ("survival_strata", "known_on"),
            ("survival_strata", "level_before_on"),
            ("cohort", "index_date"),
        ):
            connection.execute(f"alter table marts.{mart} alter {column} type date")
        connection.execute(
            "create table marts.survival_event_table as "
            + " union all ".join(f"({event_table_query(item)})" for item in ANALYSES)
        )
        event_table = connection.execute("from marts.survival_event_table").df()
        for name, frame in zip(
            ("survival_curves", "survival_summary"), estimates(event_table), strict=True
        ):
            write(name, frame)
    return path
