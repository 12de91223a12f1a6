"""The report: who was delivered, who is in, and how long they lived."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from survival import page
from survival.analysis import Analysis, AnalysisFit
from survival.estimates import Estimates, estimate
from survival.figures import analysis_figure
from survival.labels import (
    analysis_label,
    level_label,
    population_label,
    reading_order,
    shown_curves,
)
from survival.tables import printed_median, printed_percent

if TYPE_CHECKING:
    from survival.warehouse import Delivery, Warehouse

AT_MONTHS = (6, 12, 18, 24)
WORDS = ("group", "percent")
NOT_FOR_RELEASE = (
    "Small numbers are not masked, and a curve gives the counts behind it back: this "
    "report is for the study team, not for release."
)
SYNTHETIC = "Synthetic data: no patient. The figures say nothing about any treatment."
HOW_TO_READ = (
    "Times are whole days from the origin; months are for display. Shaded: pointwise "
    "95% limits. Upright ticks: censored. Under each curve, at risk are those with at "
    "least that time; the others left before it, and the rows sum to N. "
    "NR is a median not reached, NE what cannot be estimated: past the last observed "
    "day, or a limit that never crosses one half. No analysis here tests a hypothesis."
)


def write_report(
    warehouse: Warehouse,
    analyses: Iterable[Analysis],
    *,
    folder: str | Path,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Write ``index.html``, one file that needs no other.

    Parameters
    ----------
    warehouse : Warehouse
    analyses : iterable of Analysis
    folder : str or Path, keyword-only
        Made if it is not there. The file is replaced in one step.
    progress : callable, optional, keyword-only
        Called with the id of each analysis as it is drawn.

    Returns
    -------
    Path
        The file, the same bytes for the same marts.
    """
    text = report(warehouse, analyses, progress=progress)
    path = Path(folder) / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)
    return path


def report(
    warehouse: Warehouse,
    analyses: Iterable[Analysis],
    *,
    progress: Callable[[str], None] | None = None,
) -> str:
    """The page as text: see `write_report`."""
    ordered = sorted(analyses, key=reading_order)
    estimates = estimate(warehouse, ordered, at_months=AT_MONTHS)
    body = [
        _delivery_section(warehouse),
        _attrition_section(warehouse),
        _reading_section(ordered, estimates),
    ]
    for population, members in groupby(ordered, key=lambda a: a.population):
        in_population = list(members)
        label = population_label(population)
        links = [(item.analysis_id, analysis_label(item)) for item in in_population]
        body.append(page.heading(label, level=2, anchor=population))
        body.append(page.navigation(links, label=label))
        for analysis in in_population:
            if progress is not None:
                progress(analysis.analysis_id)
            body.append(_analysis_section(analysis, estimates))
    delivery = warehouse.delivery()
    text = page.page(title="Survival report", head=_header(delivery), body=body)
    return page.share_glyphs(text)


def _header(delivery: Delivery | None) -> list[str]:
    head = [page.heading("Survival report", level=1)]
    if delivery is None:
        return [*head, page.paragraph(NOT_FOR_RELEASE, kind="quiet")]
    head.append(
        page.paragraph(
            f"Delivery {delivery.delivery_id}, data cut-off "
            f"{delivery.data_cutoff_date}. {NOT_FOR_RELEASE}",
            kind="quiet",
        )
    )
    if delivery.is_synthetic:
        head.append(page.paragraph(SYNTHETIC, kind="banner"))
    return head


def _delivery_section(warehouse: Warehouse) -> str:
    delivery = warehouse.delivery()
    parts = [page.heading("What was delivered", level=2, anchor="delivery")]
    if delivery is not None:
        rows = [(name, str(value)) for name, value in delivery.facts().items()]
        parts.append(page.table(("fact", "value"), rows, caption="The delivery"))
    parts += [
        page.paragraph(
            f"Delivery {later.delivery_id or 'of unknown id'} came later and was "
            f"{later.verdict}: {later.reason or 'no reason recorded'}",
            kind="caution",
        )
        for later in warehouse.unpublished_since()
    ]
    parts.append(
        page.table(
            ("parameter", "value"),
            list(warehouse.study_parameters().items()),
            caption="The study's parameters in this build",
        )
    )
    return "".join(parts)


def _attrition_section(warehouse: Warehouse) -> str:
    columns = ("step", "criterion", "n_in", "n_excluded", "n_unknown", "n_out")
    steps = warehouse.cohort_attrition()[list(columns)].itertuples(index=False)
    return page.heading("Who is in", level=2, anchor="cohort") + page.table(
        ("step", "criterion", "in", "excluded", "of these unknown", "out"),
        [[str(value).replace("_", " ") for value in step] for step in steps],
        caption="Eligibility, in order: each patient leaves at one step",
        numeric=(0, 2, 3, 4, 5),
    )


def _reading_section(ordered: list[Analysis], estimates: Estimates) -> str:
    populations = dict.fromkeys(analysis.population for analysis in ordered)
    return (
        page.heading("How long they lived", level=2, anchor="survival")
        + page.paragraph(HOW_TO_READ)
        + page.paragraph(
            f"A month is {estimates.days_per_month} days. The same numbers come from "
            "survival estimate, and survival verify compares them with the SQL marts.",
            kind="quiet",
        )
        + page.navigation(
            [(name, population_label(name)) for name in populations],
            label="Populations",
        )
    )


def _analysis_section(analysis: Analysis, estimates: Estimates) -> str:
    fits = [fit for fit in estimates.fits if fit.analysis == analysis]
    title = f"{population_label(analysis.population)}: {analysis_label(analysis)}"
    parts = [
        '<section class="analysis">\n',
        page.heading(title, level=3, anchor=analysis.analysis_id),
    ]
    if analysis.caution:
        parts.append(page.paragraph(f"Caution: {analysis.caution}", kind="caution"))
    if fits:
        parts += [
            page.figure(
                analysis_figure(fits, days_per_month=estimates.days_per_month),
                alternative=_alternative(title, fits, estimates),
                caption=_caption(analysis, fits),
            ),
            _estimates_table(title, fits, estimates),
        ]
    else:
        parts.append(page.paragraph("Nobody to analyse."))
    return "".join([*parts, "</section>\n"])


def _alternative(title: str, fits: list[AnalysisFit], estimates: Estimates) -> str:
    """What the figure shows, for whoever cannot see it."""
    groups = []
    for fit in fits:
        median = printed_median(fit, days_per_month=estimates.days_per_month)
        words = f"{level_label(fit.stratum)}: N {fit.counts.n}"
        words += f", {fit.counts.n_event.sum()} events"
        groups.append(words + (f", median {median} months" if median else ""))
    return f"{title}. {'; '.join(groups)}."


def _caption(analysis: Analysis, fits: list[AnalysisFit]) -> str:
    estimators = dict.fromkeys(
        getattr(fit, attribute).estimator
        for fit in fits
        for attribute in shown_curves(fit.analysis)
    )
    return f"{analysis.analysis_id}. {'. '.join(estimators)}."


def _estimates_table(title: str, fits: list[AnalysisFit], estimates: Estimates) -> str:
    shown = shown_curves(fits[0].analysis)
    columns = ["group", "N", "events"]
    columns += ["median, months", "at risk then"] if "survival" in shown else []
    columns += ["percent"] if len(shown) > 1 else []
    columns += [f"month {month}" for month in estimates.at_months]
    rows = []
    for fit in fits:
        start = _numbers(fit, estimates)
        for attribute, label in shown.items():
            points = [
                getattr(fit, attribute).at_month(
                    month, days_per_month=estimates.days_per_month
                )
                for month in estimates.at_months
            ]
            words = [label] if len(shown) > 1 else []
            rows.append([*start, *words, *map(printed_percent, points)])
            start = [""] * len(start)
    return page.table(
        columns,
        rows,
        caption=f"{title}: percent, and the median, with 95% limits",
        numeric=(place for place, name in enumerate(columns) if name not in WORDS),
    )


def _numbers(fit: AnalysisFit, estimates: Estimates) -> list[str]:
    numbers = [
        level_label(fit.stratum),
        str(fit.counts.n),
        str(fit.counts.n_event.sum()),
    ]
    median = printed_median(fit, days_per_month=estimates.days_per_month)
    if not median:
        return numbers
    n_at_risk = fit.survival.median.n_at_risk
    return [*numbers, median, "" if n_at_risk is None else str(n_at_risk)]
