"""How they responded: Figure 1 and the table with exact limits."""

from __future__ import annotations

from collections.abc import Sequence

from survival.disclosure.counts import WITHHELD, below
from survival.formatting import (
    NOT_ESTIMABLE,
    Masked,
    format_decimal,
    format_ratio,
)
from survival.report.document import Block, Figure, Grid, Section
from survival.report.plots import Bar, response_bars
from survival.report.table import Cell, Row, Source, Table, heading, row
from survival.report.words import population_word
from survival.study import Record, Study

MRD_POSITIVE = ("mrd_pos", "mrd_pos_ph_neg", "mrd_pos_ph_pos")
RELAPSED = ("rr_ph_neg", "rr_ph_pos")
LABELS = {
    "overall_mrd_response": "Overall MRD response",
    "complete_mrd_response": "Complete MRD response",
    "mrd_response": "MRD response",
    "persistent_mrd": "Persistent MRD",
    "mrd_relapse": "MRD relapse",
    "mrd_evaluable": "Evaluable for MRD",
    "cr_crh_cri": "CR/CRh/CRi",
    "cr": "CR",
    "crh": "CRh",
    "cri": "CRi",
    "no_remission": "No remission",
    "remission_not_gradable": "Not gradable",
}
MRD_SHARES = (
    (0, "complete_mrd_response"),
    (1, "mrd_response"),
    (3, "persistent_mrd"),
    (3, "mrd_relapse"),
)
# The part of a bar that is masked.
UNKNOWN = 4
REMISSION_SHARES = ((0, "cr"), (1, "crh"), (2, "cri"))
# Subset and measures, in the order of the table.
MRD_ROWS = (
    ("all", ("mrd_evaluable", *(name for _, name in MRD_SHARES))),
    ("all", ("overall_mrd_response",)),
    ("cr1", ("overall_mrd_response",)),
    ("cr2_plus", ("overall_mrd_response",)),
    ("dli", ("overall_mrd_response",)),
)
REMISSION_ROWS = (
    ("all", ("cr_crh_cri", "cr", "crh", "cri", "remission_not_gradable")),
    ("responder", ("mrd_evaluable", "overall_mrd_response")),
    ("responder", ("complete_mrd_response", "mrd_response")),
    ("extramedullary", ("cr_crh_cri",)),
    ("extramedullary_responder", ("overall_mrd_response",)),
    ("dli", ("cr_crh_cri",)),
    ("dli_responder", ("overall_mrd_response",)),
)


def responses_section(study: Study) -> Section:
    """Fig 1 A and B, and every response with its exact limits."""
    figures = tuple(
        figure
        for figure in (
            _figure(
                study,
                "figure_1a",
                "Fig 1A. MRD+: MRD response within two cycles",
                MRD_POSITIVE,
                "all",
                MRD_SHARES,
                "overall_mrd_response",
            ),
            _figure(
                study,
                "figure_1b",
                "Fig 1B. R/R: remission within two cycles",
                RELAPSED,
                "all",
                (*REMISSION_SHARES, (3, "no_remission"), (3, "remission_not_gradable")),
                "cr_crh_cri",
            ),
            _figure(
                study,
                "figure_1b_mrd",
                "Fig 1B, continued. R/R in remission: MRD response",
                RELAPSED,
                "responder",
                MRD_SHARES,
                "overall_mrd_response",
            ),
        )
        if figure is not None
    )
    blocks: list[Block] = [Grid(figures)] if figures else []
    blocks.append(_table(study))
    return Section("How they responded", "responses", tuple(blocks))


def _figure(
    study: Study,
    name: str,
    title: str,
    populations: tuple[str, ...],
    subset: str,
    shares: tuple[tuple[int, str], ...],
    overall: str,
) -> Figure | None:
    bars = []
    for population in populations:
        rows = [
            study.responses.get((population, subset, "two_cycles", measure))
            for _, measure in shares
        ]
        total = study.responses.get((population, subset, "two_cycles", overall))
        if total is None or not total["denominator"]:
            continue
        if isinstance(total["percent"], Masked):
            continue
        bars.append(
            Bar(
                population_word(study, population),
                f"{total['numerator']} of {total['denominator']}: "
                f"{format_ratio(total['numerator'], total['denominator'])}%",
                *_parts(shares, rows, total["denominator"]),
                (total["ci_low"], total["ci_high"]),
            )
        )
    if not bars:
        return None
    words = "; ".join(f"{bar.label} {bar.note}" for bar in bars)
    legend = {}
    for place, measure in shares:
        legend.setdefault(place, []).append(LABELS[measure])
    if study.smallest is not None:
        legend[UNKNOWN] = [f"{below(study.smallest)}, or masked"]
    drawn = response_bars(
        bars,
        [
            (place, " or ".join([names[0], *(_inner(name) for name in names[1:])]))
            for place, names in legend.items()
        ],
        label=f"{title}. {LABELS[overall]}: {words}.",
        name=name,
    )
    return Figure(
        name,
        title,
        f"Whisker: exact 95% limits of {_inner(LABELS[overall])} (Clopper-Pearson).",
        drawn,
        source=Source(
            "marts.response_summary",
            ("population", "measure", "numerator", "denominator", "ci_low", "ci_high"),
            (("subset", subset), ("response_window", "two_cycles")),
        ),
    )


def _inner(label: str) -> str:
    """A label within a sentence: ``MRD relapse`` stays, ``Overall`` does not."""
    return label if label[1:2].isupper() else label[0].lower() + label[1:]


def _parts(
    shares: tuple[tuple[int, str], ...],
    rows: Sequence[Record | None],
    denominator: int,
) -> tuple[int, tuple[tuple[int, str, int], ...]]:
    """The whole of a bar, and its parts; what is masked is the rest of it."""
    known = [
        (place, measure, found["numerator"])
        for (place, measure), found in zip(shares, rows, strict=True)
        if found is not None and not isinstance(found["numerator"], Masked)
    ]
    total = sum(count for *_, count in known)
    is_masked = any(found and isinstance(found["numerator"], Masked) for found in rows)
    if is_masked and total < denominator:
        known.append((UNKNOWN, "masked", denominator - total))
    # Rounded shares can be more than their rounded whole.
    return max(denominator, total), tuple(known)


def _table(study: Study) -> Table:
    rows: list[Row] = []
    for populations, spec in ((MRD_POSITIVE, MRD_ROWS), (RELAPSED, REMISSION_ROWS)):
        for population in populations:
            rows.append(heading(population_word(study, population)))
            rows += _rows(study, population, spec)
    return Table(
        "responses",
        "Responses: n of N, and percent with exact 95% limits",
        ("Response", "Cycle 1", "%", "Two cycles", "%"),
        tuple(rows),
        notes=(
            "Remission rates are of all included patients, MRD responses of those "
            "evaluable for MRD (P11). Limits: Clopper-Pearson.",
        ),
    )


def _rows(study: Study, population: str, spec: tuple) -> list[Row]:
    rows = []
    for subset, measures in spec:
        found = study.find("summary_subsets", mart="response_summary", subset=subset)
        prefix = "" if subset == "all" or found is None else f"{found['label']}: "
        for measure in measures:
            cells = []
            for window in ("cycle_1", "two_cycles"):
                cells += share_cells(study, (population, subset, window, measure))
            rows.append(row(prefix + LABELS[measure], *cells))
    return rows


def share_cells(study: Study, key: tuple[str, str, str, str]) -> tuple[Cell, Cell]:
    """Of a row of ``response_summary`` n of N, and percent with exact limits."""
    found = study.responses.get(key)
    if found is None:
        return Cell(""), Cell("")
    names = ("population", "subset", "response_window", "measure")
    keys = tuple(zip(names, key, strict=True))
    if found["numerator"] == WITHHELD:
        return Cell(str(WITHHELD)), Cell(str(WITHHELD))
    counts = Source("marts.response_summary", ("numerator", "denominator"), keys)
    percents = Source("marts.response_summary", ("percent", "ci_low", "ci_high"), keys)
    return (
        Cell(f"{found['numerator']} of {found['denominator']}", counts),
        Cell(_share(found), percents),
    )


def _share(found: Record) -> str:
    """Percent with exact limits, rounded from the integers."""
    if isinstance(found["percent"], Masked):
        return str(found["percent"])
    share = format_ratio(found["numerator"], found["denominator"])
    low, high = (format_decimal(found[limit]) for limit in ("ci_low", "ci_high"))
    return share if share == NOT_ESTIMABLE else f"{share} ({low} to {high})"
