"""How long they lived: the paper's figures 2 and 3, its panels, and the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from survival.analysis import Analysis
from survival.comparisons import DESCRIPTIVE
from survival.disclosure.counts import WITHHELD
from survival.formatting import Masked
from survival.labels import STRATUM_VARIABLES, reason_label
from survival.report.document import Block, Figure, Fold, Grid, Paragraph, Section
from survival.report.plots import Mark, month_panel
from survival.report.survival_figure import survival_figure
from survival.report.survival_tables import estimates_table, follow_up_table
from survival.report.table import Source
from survival.report.words import population_word, title_of
from survival.study import Study

PANEL_MONTH = 24
# What the paper calls the figure, and the analyses that it draws.
FIGURE_2 = (
    ("Fig 2A", "mrd_pos__os"),
    ("Fig 2B", "mrd_pos__os__censored_at_hsct"),
    ("Fig 2C", "mrd_pos__dfs"),
    ("Fig 2D", "mrd_pos__dfs__censored_at_hsct"),
    ("Fig 2E", "mrd_pos_ph_neg__os__by_cr_number"),
    ("Fig 2E, continued", "mrd_pos_ph_neg__os__censored_at_hsct__by_cr_number"),
)
FIGURE_3 = (
    ("Fig 3A", "rr_ph_neg__os"),
    ("Fig 3B", "rr_ph_neg__os__censored_at_hsct"),
    ("Fig 3C", "rr_ph_neg__rfs"),
    ("Fig 3D", "rr_ph_neg__rfs__censored_at_hsct"),
    ("Fig 3E", "rr_ph_pos__os"),
    ("Fig 3F", "rr_ph_pos__os__censored_at_hsct"),
    ("Fig 3G", "rr_ph_pos__rfs"),
    ("Fig 3H", "rr_ph_pos__rfs__censored_at_hsct"),
)
NAIVE = (
    "mrd_pos__os__by_mrd_response",
    "mrd_pos__dfs__by_mrd_response",
    "rr_ph_neg__os__by_remission_response",
    "rr_ph_neg__os__by_mrd_response",
    "rr_ph_pos__os__by_remission_response",
)
PAPER_ANALYSES = (*(name for _, name in (*FIGURE_2, *FIGURE_3)), *NAIVE)
PANELS = (
    ("Supplementary Fig 2A", "os", ("mrd_pos", "mrd_pos_ph_neg", "mrd_pos_ph_pos")),
    ("Supplementary Fig 2B", "os", ("rr_ph_neg",)),
    ("Supplementary Fig 2C", "os", ("rr_ph_pos",)),
    ("Supplementary Fig 3", "dfs", ("mrd_pos", "mrd_pos_ph_neg", "mrd_pos_ph_pos")),
    ("Supplementary Fig 4", "rfs", ("rr_ph_neg", "rr_ph_pos")),
)
PANEL_WORDS = {"os": "overall", "dfs": "disease-free", "rfs": "relapse-free"}
HOW_TO_READ = (
    "Times are whole days from the origin; a month is {days} days, for display. "
    "Shaded: pointwise 95% limits. Upright ticks: censored. Under each curve, at risk "
    "are those with at least that time; the others left before it, and the rows sum to "
    "N. NR is a median not reached, NE what cannot be estimated. {tests} Point "
    "at a curve, or move along it with the arrow keys, to read it off."
)
NO_TESTS = "No analysis here tests a hypothesis."


def analysis_figure(
    study: Study, analysis_id: str, *, number: str = ""
) -> Figure | None:
    """The figure of an analysis with its cautions; None without patients."""
    groups = study.groups_of(analysis_id)
    if not groups:
        return None
    analysis = groups[0].analysis
    title = title_of(study, analysis)
    label = f"{number}. {title}" if number else title
    words = "; ".join(
        f"{group.label}: N {group.n}, events {group.shown(group.n_event)}, "
        f"median {group.median()} months"
        for group in groups
    )
    svg = survival_figure(
        groups,
        name=analysis_id,
        label=f"{label}. {words}.",
        days_per_month=study.days_per_month,
    )
    return Figure(
        analysis_id,
        label,
        _left_out(study, analysis_id),
        svg,
        cautions=(analysis.caution,) if analysis.caution else (),
        source=Source("marts.survival_curves", ("*",), (("analysis_id", analysis_id),)),
        groups=groups,
    )


def _left_out(study: Study, analysis_id: str) -> str:
    reasons: dict[str, int | Masked] = {}
    for row in study.tables["analysis_populations"]:
        if row["analysis_id"] == analysis_id and row["reason"] != "analysed":
            reasons[row["reason"]] = reasons.get(row["reason"], 0) + row["n"]
    if study.smallest is not None:
        reasons["other reasons"] = WITHHELD
    if not reasons:
        return "Nobody is left out."
    words = "; ".join(
        f"{reason_label(reason)} {count}" for reason, count in reasons.items()
    )
    return f"Left out: {words}."


def survival_section(study: Study) -> Section:
    """The paper's figures 2 and 3, and its supplementary figures 2 to 4."""
    tests = NO_TESTS if study.comparisons is None else DESCRIPTIVE
    blocks: list[Block] = [
        Paragraph(
            HOW_TO_READ.format(days=study.days_per_month, tests=tests), kind="quiet"
        )
    ]
    for title, figures in (
        ("MRD+: overall and disease-free survival", FIGURE_2),
        ("R/R: overall and relapse-free survival", FIGURE_3),
    ):
        blocks += _grid(
            title, (analysis_figure(study, key, number=no) for no, key in figures)
        )
    return Section("How long they lived", "survival", tuple(blocks))


def _grid(title: str, figures: Iterable[Figure | None]) -> list[Block]:
    drawn = tuple(figure for figure in figures if figure is not None)
    if not drawn:
        return [Paragraph(f"{title}: no patients to analyse.")]
    return [Grid(drawn)]


def groups_section(study: Study) -> Section:
    """By group: the estimates at 24 months, and naive curves beside landmark ones."""
    panels = [_panel(study, *panel) for panel in PANELS]
    blocks = _grid("By group", panels)
    known = {analysis.analysis_id for analysis in study.analyses}
    others = [a for a in known if landmarks_of(a, known) and a not in NAIVE]
    blocks += _pairs(study, NAIVE)
    folded = _pairs(study, sorted(others))
    if folded:
        title = "The other populations, each curve beside its landmark version"
        blocks.append(Fold(title, tuple(folded)))
    return Section("By group, and from the landmark", "groups", tuple(blocks), level=3)


def landmarks_of(analysis_id: str, known: Iterable[str]) -> list[str]:
    """The landmark versions of an analysis, of whatever day."""
    return sorted(a for a in known if a.startswith(f"{analysis_id}__landmark_"))


def _pairs(study: Study, analysis_ids: Iterable[str]) -> list[Block]:
    """Each naive curve with the landmark versions beside it."""
    known = {analysis.analysis_id for analysis in study.analyses}
    pairs = (
        tuple(
            figure
            for name in (analysis_id, *landmarks_of(analysis_id, known))
            if (figure := analysis_figure(study, name)) is not None
        )
        for analysis_id in analysis_ids
    )
    return [Grid(pair) for pair in pairs if pair]


def _panel(
    study: Study, number: str, endpoint: str, populations: Sequence[str]
) -> Figure | None:
    marks: list[Mark] = []
    cautions: dict[str, None] = {}
    for population in populations:
        for analysis in study.analyses:
            if (
                analysis.population != population
                or analysis.endpoint != endpoint
                or analysis.stratum_variable is None
                or analysis.censoring_rule != "standard"
                or not study.groups_of(analysis.analysis_id)
            ):
                continue
            marks += _marks(study, analysis)
            if analysis.caution:
                cautions[analysis.caution] = None
    if not marks:
        return None
    words = "; ".join(f"{m.label} {m.words}" for m in marks if not m.is_heading)
    title = f"{number}. {PANEL_WORDS[endpoint].capitalize()} survival at 24 months"
    name = number.lower().replace(" ", "_")
    return Figure(
        name,
        title,
        "Filled: from the origin. Hollow: from the landmark, 24 months after it. "
        "Lines: 95% limits.",
        month_panel(
            marks,
            label=f"{title}. {words}.",
            name=name,
            axis=f"{PANEL_WORDS[endpoint].capitalize()} survival at 24 months, %",
        ),
        cautions=tuple(cautions),
        source=Source(
            "marts.survival_summary",
            ("analysis_id", "stratum", "estimate", "ci_low", "ci_high"),
            (("statistic", "survival_percent"), ("at_month", PANEL_MONTH)),
        ),
    )


def _marks(study: Study, analysis: Analysis) -> list[Mark]:
    population = population_word(study, analysis.population)
    variable = STRATUM_VARIABLES.get(
        analysis.stratum_variable, analysis.stratum_variable.replace("_", " ")
    )
    is_landmark = analysis.landmark_day is not None
    words = f"{population}, by {variable.split(',')[0]}"
    marks = [Mark(words + (", landmark" if is_landmark else ""), is_heading=True)]
    for place, group in enumerate(study.groups_of(analysis.analysis_id)):
        value = group.value("survival_percent", PANEL_MONTH)
        marks.append(
            Mark(
                f"{group.label}, N {group.n}",
                place,
                value,
                group.percent("survival_percent", PANEL_MONTH),
                is_landmark,
                f"{analysis.analysis_id}/{group.stratum}",
            )
        )
    return marks


def tables_section(study: Study) -> Section:
    """Supplementary tables 4 to 6, and the follow-up."""

    def of(choose: Callable[[Analysis], bool]) -> list[Analysis]:
        return [analysis for analysis in study.analyses if choose(analysis)]

    def plain(endpoint: str) -> list[Analysis]:
        return of(
            lambda a: (
                a.endpoint == endpoint
                and a.landmark_day is None
                and not _is_by_response(a)
            )
        )

    def by_response(endpoint: str) -> list[Analysis]:
        return of(lambda a: a.endpoint == endpoint and _is_by_response(a))

    tables = (
        (
            "supplementary_table_4_os",
            "Supplementary Table 4. Overall survival",
            plain("os"),
        ),
        (
            "supplementary_table_6_dfs",
            "Supplementary Table 6. Disease-free survival",
            plain("dfs"),
        ),
        (
            "supplementary_table_6_rfs",
            "Supplementary Table 6. Relapse-free survival",
            plain("rfs"),
        ),
        (
            "supplementary_table_5_os",
            "Supplementary Table 5. Overall survival by response",
            by_response("os"),
        ),
        (
            "supplementary_table_5_dfs",
            "Supplementary Table 5. Disease-free and relapse-free survival by response",
            [*by_response("dfs"), *by_response("rfs")],
        ),
    )
    blocks = [
        Fold(caption, (estimates_table(study, found, name=name, caption=caption),))
        if name.startswith("supplementary_table_5")
        else estimates_table(study, found, name=name, caption=caption)
        for name, caption, found in tables
        if found
    ]
    reverse = of(lambda a: a.is_reverse)
    if reverse:
        blocks.append(follow_up_table(study, reverse))
    return Section("Survival in numbers", "survival-tables", tuple(blocks), level=3)


def _is_by_response(analysis: Analysis) -> bool:
    return "response" in (analysis.stratum_variable or "")
