"""In brief: what a reader looks for first, a row per population."""

from __future__ import annotations

from survival.labels import POPULATIONS
from survival.report.cohort import n_patients
from survival.report.document import Section
from survival.report.responses import share_cells
from survival.report.survival_tables import median_cells, summary_cell
from survival.report.table import Cell, Row, Table, row
from survival.report.words import population_word
from survival.study import Study

NOT_THERE = Cell("\N{EN DASH}")
NRM_MONTH = 12


def brief_section(study: Study) -> Section:
    """Patients, response, survival and mortality after transplant, by population."""
    table = Table(
        "brief",
        "Main results: percent, or median in months, with 95% limits",
        (
            "Population",
            "Patients",
            "Response, %",
            "Overall survival",
            "At risk then",
            "Disease- or relapse-free",
            "At risk then",
            "Non-relapse mortality, %",
            "Follow-up",
            "Observed then",
        ),
        tuple(_population_row(study, name) for name in POPULATIONS if name != "all"),
        notes=(
            "Response within two cycles: in MRD+ of MRD, of those evaluable; in R/R "
            "CR, CRh or CRi, of all. Disease-free survival in MRD+, from index; "
            "relapse-free survival in R/R, from the first remission. Not censored at "
            f"transplant. Non-relapse mortality: {NRM_MONTH} months after HSCT.",
            "NR: median not reached. NE: not estimable.",
        ),
    )
    return Section("In brief", "brief", (table,))


def _population_row(study: Study, population: str) -> Row:
    is_mrd_positive = population.startswith("mrd_pos")
    count = n_patients(study, population)
    measure = "overall_mrd_response" if is_mrd_positive else "cr_crh_cri"
    _, response = share_cells(study, (population, "all", "two_cycles", measure))
    return row(
        population_word(study, population),
        NOT_THERE if count is None else Cell(str(count)),
        response if response.text else NOT_THERE,
        *_median(study, f"{population}__os"),
        *_median(study, f"{population}__{'dfs' if is_mrd_positive else 'rfs'}"),
        _mortality(study, f"{population}__nrm_after_hsct"),
        *_median(study, f"{population}__follow_up"),
    )


def _median(study: Study, analysis_id: str) -> tuple[Cell, Cell]:
    groups = study.groups_of(analysis_id)
    return median_cells(groups[0], "survival") if groups else (NOT_THERE, NOT_THERE)


def _mortality(study: Study, analysis_id: str) -> Cell:
    groups = study.groups_of(analysis_id)
    if not groups:
        return NOT_THERE
    statistic = "cumulative_incidence_percent"
    text = groups[0].percent(statistic, NRM_MONTH)
    return summary_cell(groups[0], text, statistic, NRM_MONTH)
