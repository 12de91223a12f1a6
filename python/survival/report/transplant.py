"""After transplant: non-relapse mortality, time to transplant, and outcomes."""

from __future__ import annotations

from survival.report.cohort import count_and_percent
from survival.report.document import Block, Fold, Grid, Section
from survival.report.survival_section import analysis_figure
from survival.report.survival_tables import estimates_table
from survival.report.table import Cell, Row, Source, Table, heading, row
from survival.report.words import population_word
from survival.study import Study

NRM_FIGURES = (
    "mrd_pos__nrm_after_hsct",
    "rr_ph_neg__nrm_after_hsct",
    "rr_ph_pos__nrm_after_hsct",
)
POPULATIONS = ("mrd_pos", "mrd_pos_ph_neg", "mrd_pos_ph_pos", "rr_ph_neg", "rr_ph_pos")


def transplant_section(study: Study) -> Section:
    """Table 2, its curves, time to transplant and supplementary table 7."""
    figures = [
        figure
        for analysis_id in NRM_FIGURES
        if (figure := analysis_figure(study, analysis_id)) is not None
    ]
    blocks: list[Block] = [Grid(tuple(figures))] if figures else []
    nrm = [a for a in study.analyses if a.endpoint == "nrm_after_hsct"]
    if nrm:
        blocks.append(
            estimates_table(
                study,
                nrm,
                name="table_2",
                caption="Table 2. Non-relapse mortality after HSCT, and the relapse "
                "that competes with it",
                notes=("The two incidences sum to 1 - the event-free fraction.",),
            )
        )
    waiting = [a for a in study.analyses if a.endpoint == "time_to_hsct"]
    if waiting:
        caption = "Time from response to HSCT"
        table = estimates_table(study, waiting, name="time_to_hsct", caption=caption)
        blocks.append(Fold(caption, (table,)))
    blocks.append(_outcomes(study))
    return Section("Transplant, and after it", "transplant", tuple(blocks))


def _outcomes(study: Study) -> Table:
    outcomes = {
        (found["population"], found["subset"], found["measure"]): found
        for found in study.tables["outcome_summary"]
    }
    rows: list[Row] = []
    subset = None
    for measure in study.tables["outcome_measures"]:
        if measure["measure"] == "patients" and measure["subset"] != subset:
            subset = measure["subset"]
            rows.append(heading(f"Of: {measure['label']}"))
        cells = []
        for population in POPULATIONS:
            key = (population, measure["subset"], measure["measure"])
            found = outcomes.get(key)
            cells.append(Cell("\N{EN DASH}") if found is None else _cell(found, key))
        rows.append(row(measure["label"], *cells))
    columns = [population_word(study, population) for population in POPULATIONS]
    return Table(
        "supplementary_table_7",
        "Supplementary Table 7. Outcomes after treatment: n (percent)",
        ("Outcome", *columns),
        tuple(rows),
    )


def _cell(found: dict, key: tuple[str, str, str]) -> Cell:
    names = ("population", "subset", "measure")
    source = Source(
        "marts.outcome_summary",
        ("numerator", "percent"),
        tuple(zip(names, key, strict=True)),
    )
    if not found["denominator"]:
        return Cell("0", Source(source.table, ("numerator",), source.keys))
    return Cell(count_and_percent(found, found["percent"]), source)
