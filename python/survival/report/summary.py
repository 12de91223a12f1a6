"""Main results: what a reader looks for first, a row per population."""

from __future__ import annotations

from itertools import groupby

from survival.analysis import ALL
from survival.groups import Record
from survival.labels import typeset
from survival.report.document import Cell, Row, Section, Source, Table, row
from survival.report.estimates import median_cells, summary_cell
from survival.report.responses import share_cells
from survival.study import Study

NOT_TOLD = Cell("\N{EN DASH}")
NOTE = "NR: median not reached. NE: not estimable. A dash: not analysed."


def summary_section(study: Study) -> Section | None:
    """Patients, responses and estimates, by population; None if none are defined."""
    results = study.tables["report_results"]
    if not results:
        return None
    columns = [(key, list(rows)) for key, rows in groupby(results, _column)]
    heads: list[str] = []
    for (_, label, kind), _ in columns:
        heads += [label, "At risk at median"] if kind == "median" else [label]
    table = Table(
        "main_results",
        "Main results: percent, or median in months, with 95% limits",
        ("Population", "Patients", *heads),
        tuple(
            _population_row(study, population, columns)
            for population in study.tables["populations"]
            if population["parent"] is not None or not _has_parts(study, population)
        ),
        notes=(NOTE,),
    )
    return Section("Main results", "main-results", (table,))


def _has_parts(study: Study, population: Record) -> bool:
    return bool(study.children(population["population"]))


def _column(result: Record) -> tuple[int, str, str]:
    return result["row_order"], result["label"], result["kind"]


def _population_row(
    study: Study,
    population: Record,
    columns: list[tuple[tuple[int, str, str], list[Record]]],
) -> Row:
    cells: list[Cell] = []
    for (_, _, kind), results in columns:
        told = [
            result
            for result in results
            if result["disease_group"] in (None, population["disease_group"])
        ]
        find = {"median": _median, "incidence": _incidence, "response": _response}
        found = find[kind](study, population["population"], told[0]) if told else None
        missing = [NOT_TOLD, NOT_TOLD] if kind == "median" else [NOT_TOLD]
        cells += found or missing
    count = _patients(study, population["population"])
    return row(typeset(population["label"]), count, *cells)


def _patients(study: Study, population: str) -> Cell:
    count = study.n_patients(population)
    if count is None:
        return NOT_TOLD
    keys = {
        "population": population,
        "subset": ALL,
        "variable": "patients",
        "level": ALL,
        "statistic": "count",
    }
    return Cell(str(count), Source("marts.table_one", ("value",), tuple(keys.items())))


def _response(study: Study, population: str, result: Record) -> list[Cell]:
    key = (population, ALL, result["response_window"], result["measure"])
    _, share = share_cells(study, key)
    return [share] if share.text else [NOT_TOLD]


def _median(study: Study, population: str, result: Record) -> list[Cell] | None:
    group = study.whole(population, result["endpoint"])
    if group is None:
        return None
    return list(median_cells(group, "survival"))


def _incidence(study: Study, population: str, result: Record) -> list[Cell] | None:
    group = study.whole(population, result["endpoint"])
    if group is None:
        return None
    statistic, month = "cumulative_incidence_percent", result["at_month"]
    return [summary_cell(group, group.percent(statistic, month), statistic, month)]
