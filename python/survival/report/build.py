"""The report from the marts: what goes in, in which order, and into which files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from survival.analysis import Analysis
from survival.disclosure.masking import masked
from survival.movements import Movement
from survival.read_study import read_study
from survival.report import render
from survival.report.cohort import baseline_section, population_section
from survival.report.document import (
    Block,
    Figure,
    Fold,
    Grid,
    Links,
    Paragraph,
    Section,
    blocks_of,
    without_sources,
)
from survival.report.estimates import estimates_table
from survival.report.files import (
    catalogue_page,
    write,
    write_figures,
    write_tables,
    written,
)
from survival.report.patients import Patients, patient_lists
from survival.report.publication import publication_section
from survival.report.quality import judged_by_marts, quality_page, quality_section
from survival.report.responses import response_section
from survival.report.since import since_section
from survival.report.summary import summary_section
from survival.report.survival import (
    survival_section,
    transplantation_section,
    with_landmarks,
)
from survival.report.swimmer import WARNING, patients_section, read_lanes
from survival.report.words import definitions
from survival.study import Study

if TYPE_CHECKING:
    from survival.warehouse import Warehouse

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
SYNTHETIC = "Synthetic data: no patient. They say nothing about any treatment."
CALIBRATED = (
    "Synthetic data: no patient. They are calibrated to the aggregates that "
    "{publication} publishes; agreement with it shows that the derivation works, and "
    "nothing about any treatment."
)
QUALITY, CATALOGUE, TABLES = "quality.html", "catalogue.html", "tables.rtf"
MAKE_CATALOGUE = (
    "The catalogue of tables and columns is not in this folder: run `dbt docs generate "
    "--static`, then `survival report` again."
)
NO_QUALITY = (
    "The quality page counts single records, and stays out of a folder in which small "
    "numbers are masked."
)
SECTIONS = (
    summary_section,
    since_section,
    population_section,
    baseline_section,
    response_section,
    survival_section,
    transplantation_section,
    publication_section,
    quality_section,
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
    movements: Mapping[tuple[str, str], Movement] | None = None,
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
    movements : mapping of (str, str) to Movement, optional, keyword-only
        Why results moved since the build before: see `survival.movements`. Not with
        `minimum_cell`.
    progress : callable, optional, keyword-only
        Called with the name of each part as it is made.

    Returns
    -------
    Path
        The file, the same bytes for the same marts.
    """
    study = replace(
        read_study(warehouse, analyses, has_tests=has_tests), movements=movements
    )
    if minimum_cell is not None:
        study = masked(study, smallest=minimum_cell, first=study.figured_analyses)
    sections = list(chapters(study, progress=progress))
    above = list(head(study))
    if with_patients:
        sections.append(patients_section(study, read_lanes(warehouse)))
        above.append(Paragraph(WARNING, tone="caution"))
    sections.append(appendix(study, sections))
    words = definitions(study, sections)
    if with_patients:
        words["patients"] = patient_lists(Patients(warehouse, study.analyses), sections)
    if minimum_cell is not None:
        sections = list(without_sources(sections))
    path = Path(folder) / "index.html"
    before = written(path.parent)
    beside = _companions(warehouse, study, path.parent, with_patients=with_patients)
    addresses = [a for block in blocks_of(beside.blocks, Links) for a, _ in block.items]
    paths = {path.parent / address for address in addresses}
    paths |= write_tables(sections, above, folder=path.parent)
    paths |= write_figures(
        sections, folder=path.parent, formats=formats, progress=progress
    )
    text = render.page(
        title=study.facts.get("title", "Survival report"),
        subtitle=study.facts.get("subtitle", ""),
        head=above,
        sections=[*sections[:-1], beside, sections[-1]],
        definitions=words,
    )
    # The page comes last: until then the one before leads to all that it had.
    for stale in before - paths:
        stale.unlink()
    write(path, text.encode("utf-8"))
    return path


def head(study: Study) -> Iterable[Paragraph]:
    """What stands above everything: which data, and what may be done with them."""
    if study.delivery is not None:
        words = (
            f"Delivery {study.delivery.delivery_id}, data cut-off "
            f"{study.delivery.data_cutoff_date}."
        )
        yield Paragraph(words, tone="quiet")
        if study.delivery.is_synthetic:
            publication = study.facts.get("publication")
            words = CALIBRATED.format(publication=publication)
            yield Paragraph(words if publication else SYNTHETIC, tone="banner")
    masking = MASKED.format(smallest=study.smallest)
    words = NOT_FOR_RELEASE if study.smallest is None else masking
    yield Paragraph(words, tone="caution")


def chapters(
    study: Study, *, progress: Callable[[str], None] | None = None
) -> Iterable[Section]:
    """The chapters of which there is something to show, in reading order."""
    for make in SECTIONS:
        if progress is not None:
            progress(make.__name__)
        section = make(study)
        if section is not None:
            yield section


def appendix(study: Study, sections: Sequence[Section]) -> Section:
    """The analyses that are not drawn above, folded away by population."""
    drawn = {
        figure.name
        for section in sections
        for figure in blocks_of(section.blocks, Figure)
    }
    blocks: list[Block] = [Paragraph("The remaining analyses, by population.")]
    remaining = [a for a in study.analyses if a.analysis_id not in drawn]
    for population in dict.fromkeys(a.population for a in remaining):
        members = [a for a in remaining if a.population == population]
        figures: list[Block] = []
        for analysis in members:
            if analysis.analysis_id not in drawn:
                found = with_landmarks(study, analysis.analysis_id)
                drawn |= {figure.name for figure in found}
                figures += [Grid(tuple(found))] if len(found) > 1 else found
        label = members[0].labels.population
        caption = f"{label}: the remaining analyses"
        name = f"appendix_{population}"
        table = estimates_table(study, members, name=name, caption=caption)
        blocks.append(Fold(f"{label}: {len(members)} analyses", (*figures, table)))
    return Section("Appendix: further analyses", "appendix", tuple(blocks))


def _companions(
    warehouse: Warehouse, study: Study, folder: Path, *, with_patients: bool
) -> Section:
    """Write the pages that can be had; the section that leads to them."""
    links: list[tuple[str, str]] = []
    words: list[Block] = []
    if study.smallest is None:
        judged = judged_by_marts(warehouse, study, with_patients=with_patients)
        write(folder / QUALITY, quality_page(judged).encode("utf-8"))
        links.append((QUALITY, "Quality of the delivery: every finding"))
    else:
        words.append(Paragraph(NO_QUALITY))
    text = catalogue_page()
    if text is None:
        words.append(Paragraph(MAKE_CATALOGUE))
    else:
        write(folder / CATALOGUE, text.encode("utf-8"))
        links.append((CATALOGUE, "The catalogue: every table and column, and its SQL"))
    links.append((TABLES, "All tables, for a word processor (RTF)"))
    return Section("Other files of this report", "files", (Links(tuple(links)), *words))
