"""The report as an article: what goes in, in which order, and into which files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from survival.analysis import Analysis
from survival.disclosure.masking import masked
from survival.report import html
from survival.report.brief import brief_section
from survival.report.cohort import (
    attrition_section,
    baseline_section,
    delivery_section,
)
from survival.report.companions import addresses, write_companions
from survival.report.comparisons_section import comparisons_section
from survival.report.document import (
    Block,
    Figure,
    Fold,
    Paragraph,
    Section,
    blocks_of,
    without_sources,
)
from survival.report.doubts import doubts_section
from survival.report.files import (
    write,
    write_figures,
    write_tables,
    written,
)
from survival.report.paper import paper_section
from survival.report.patients import Patients, patient_lists
from survival.report.responses import responses_section
from survival.report.survival_section import (
    PAPER_ANALYSES,
    analysis_figure,
    groups_section,
    survival_section,
    tables_section,
)
from survival.report.survival_tables import estimates_table
from survival.report.swimmer import WARNING, patients_section, read_lanes
from survival.report.transplant import transplant_section
from survival.report.words import definitions, population_word
from survival.study import Study, read_study

if TYPE_CHECKING:
    from survival.warehouse import Warehouse

TITLE = "Survival report"
NOT_FOR_RELEASE = (
    "Small numbers are not masked, and a curve gives the counts behind it back: this "
    "report is for the study team, not for release."
)
MASKED = (
    "Small numbers are masked: every count is rounded to a multiple of {smallest}, or "
    "is < {smallest}, which may be none. Every estimate is made from rounded counts, "
    "in steps of three months, and is masked where these are. Counts need not add up. "
    "What occurs fewer than {smallest} times is not listed among findings, reasons "
    "and dates."
)
SYNTHETIC = (
    "Synthetic data: no patient. They are calibrated to the aggregates that the paper "
    "publishes; agreement with it shows that the derivation works, and nothing about "
    "any treatment."
)


def write_report(
    warehouse: Warehouse,
    analyses: Iterable[Analysis],
    *,
    folder: str | Path,
    formats: Iterable[str] = ("svg",),
    minimum_cell: int | None = None,
    has_tests: bool = False,
    with_patients: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Write ``index.html``, one file that needs no other, and files for others' use.

    Beside it stand ``tables/*.csv``, ``tables.rtf`` and ``figures/*`` of the figures
    outside the appendix.

    Parameters
    ----------
    warehouse : Warehouse
    analyses : iterable of Analysis
    folder : str or Path, keyword-only
        Made if it is not there. Each file is replaced in one step, and those of the
        report before that this one does not write are removed.
    formats : iterable of {"svg", "png", "pdf"}, keyword-only
        Of the files of the figures.
    minimum_cell : int, optional, keyword-only
        The smallest count that may be shown: see `survival.disclosure`.
    has_tests : bool, keyword-only
        Whether groups are tested against each other: see `survival.comparisons`.
    with_patients : bool, keyword-only
        Whether patients are drawn and listed by pseudonym. Not with `minimum_cell`.
    progress : callable, optional, keyword-only
        Called with the name of each part as it is made.

    Returns
    -------
    Path
        The file, the same bytes for the same marts.
    """
    study = read_study(warehouse, analyses, has_tests=has_tests)
    if minimum_cell is not None:
        study = masked(study, smallest=minimum_cell, first=PAPER_ANALYSES)
    sections = article(study, progress=progress)
    words = definitions(study)
    if with_patients:
        sections = (
            *sections[:-1],
            patients_section(study, read_lanes(warehouse)),
            sections[-1],
        )
        words["patients"] = patient_lists(Patients(warehouse, study.analyses), sections)
    if minimum_cell is not None:
        sections = without_sources(sections)
    path = Path(folder) / "index.html"
    before = written(path.parent)
    beside = write_companions(
        warehouse, study, folder=path.parent, with_patients=with_patients
    )
    sections = (*sections[:-1], beside, sections[-1])
    above = head(study)
    if with_patients:
        above = (*above, Paragraph(WARNING, kind="caution"))
    text = html.page(
        title=TITLE,
        head=above,
        sections=sections,
        definitions=words,
    )
    paths = {path.parent / address for address in addresses(beside)}
    paths |= write_tables(sections, above, folder=path.parent)
    paths |= write_figures(
        sections, folder=path.parent, formats=formats, progress=progress
    )
    # The page comes last: until then the one before leads to all that it had.
    for stale in before - paths:
        stale.unlink()
    write(path, text.encode("utf-8"))
    return path


def head(study: Study) -> tuple[Block, ...]:
    """What stands above everything: which data, and what may be done with them."""
    blocks: list[Block] = []
    if study.delivery is not None:
        blocks.append(
            Paragraph(
                f"Delivery {study.delivery.delivery_id}, data cut-off "
                f"{study.delivery.data_cutoff_date}.",
                kind="quiet",
            )
        )
        if study.delivery.is_synthetic:
            blocks.append(Paragraph(SYNTHETIC, kind="banner"))
    masking = MASKED.format(smallest=study.smallest)
    words = NOT_FOR_RELEASE if study.smallest is None else masking
    blocks.append(Paragraph(words, kind="caution"))
    return tuple(blocks)


SECTIONS = (
    brief_section,
    delivery_section,
    attrition_section,
    baseline_section,
    responses_section,
    survival_section,
    groups_section,
    tables_section,
    transplant_section,
    paper_section,
    doubts_section,
)


def article(
    study: Study, *, progress: Callable[[str], None] | None = None
) -> tuple[Section, ...]:
    """Every section in reading order; what the paper does not show comes last."""
    sections = []
    for make in SECTIONS:
        if progress is not None:
            progress(make.__name__)
        sections.append(make(study))
        if make is tables_section and study.comparisons is not None:
            sections.append(comparisons_section(study))
    drawn = {
        figure.name
        for section in sections
        for figure in blocks_of(section.blocks, Figure)
    }
    sections.append(_appendix(study, drawn))
    return tuple(sections)


def _appendix(study: Study, drawn: set[str]) -> Section:
    """The analyses that are not drawn above, folded away by population."""
    blocks: list[Block] = [
        Paragraph(
            "The remaining analyses of the protocol, by population. They are drawn "
            "when they are opened."
        )
    ]
    remaining = [a for a in study.analyses if a.analysis_id not in drawn]
    for population in dict.fromkeys(a.population for a in remaining):
        members = [a for a in remaining if a.population == population]
        figures = [
            figure
            for analysis in members
            if (figure := analysis_figure(study, analysis.analysis_id)) is not None
        ]
        name = population_word(study, population)
        caption = f"{name}: the remaining analyses"
        table = estimates_table(
            study, members, name=f"appendix_{population}", caption=caption
        )
        blocks.append(Fold(f"{name}: {len(members)} analyses", (*figures, table)))
    return Section("Appendix: the remaining analyses", "appendix", tuple(blocks))
