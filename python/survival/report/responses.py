"""How they responded: stacked bars, and the table with exact limits."""

from __future__ import annotations

from itertools import groupby

from survival.disclosure.counts import WITHHELD, below
from survival.formatting import (
    NOT_ESTIMABLE,
    Masked,
    format_decimal,
    format_ratio,
)
from survival.groups import Record
from survival.labels import inner, typeset
from survival.report.diagrams import Bar, Share, response_bars
from survival.report.document import (
    Block,
    Cell,
    Figure,
    Grid,
    Row,
    Section,
    Source,
    Table,
    heading,
    row,
)
from survival.study import Study

# The part of a bar that is masked, by its colour.
UNKNOWN = 4
RESPONSE_KEY = ("population", "subset", "response_window", "measure")


def response_section(study: Study) -> Section | None:
    """The figures of responses, and every response with its exact limits."""
    if not study.responses or not study.tables["response_rows"]:
        return None
    figures = tuple(
        figure
        for found in study.report_figures("response")
        if (figure := _figure(study, found)) is not None
    )
    blocks: list[Block] = [Grid(figures)] if figures else []
    blocks += [_table(study, found) for found in study.report_tables("response")]
    return Section("Response", "response", tuple(blocks))


def _figure(study: Study, found: Record) -> Figure | None:
    rows = [
        told
        for told in study.tables["response_rows"]
        if all(told[name] == found[name] for name in ("disease_group", "subset"))
    ]
    (overall,) = (row for row in rows if row["is_overall"])
    shares = [row for row in rows if row["share"] is not None]
    bars = [
        bar
        for population in study.table_populations
        if found["disease_group"] in (None, population["disease_group"])
        and (bar := _bar(study, population, found, shares, overall)) is not None
    ]
    if not bars:
        return None
    words = "; ".join(f"{bar.label} {bar.note}" for bar in bars)
    drawn = response_bars(
        bars,
        _legend(study, shares),
        label=f"{found['title']}. {overall['label']}: {words}.",
        name=found["figure_id"],
    )
    window = found["response_window"]
    columns = ("population", "measure", "numerator", "denominator", "ci_low", "ci_high")
    keys = (("subset", found["subset"]), ("response_window", window))
    return Figure(
        found["figure_id"],
        found["title"],
        f"Whiskers: exact 95% limits of {inner(overall['label'])} (Clopper-Pearson).",
        drawn,
        source=Source("marts.response_summary", columns, keys),
    )


def _legend(study: Study, shares: list[Record]) -> list[tuple[int, str]]:
    names: dict[int, list[str]] = {}
    for share in shares:
        names.setdefault(share["share"], []).append(share["label"])
    if study.smallest is not None:
        names[UNKNOWN] = [f"{below(study.smallest)}, or masked"]
    return [
        (place, " or ".join([found[0], *(inner(name) for name in found[1:])]))
        for place, found in names.items()
    ]


def _bar(
    study: Study, population: Record, found: Record, shares: list[Record], overall
) -> Bar | None:
    place = (population["population"], found["subset"], found["response_window"])
    total = study.responses.get((*place, overall["measure"]))
    if total is None or not total["denominator"]:
        return None
    if isinstance(total["percent"], Masked):
        return None
    counts = [
        (row, study.responses[*place, row["measure"]]["numerator"])
        for row in shares
        if (*place, row["measure"]) in study.responses
    ]
    known = [
        Share(row["share"], row["measure"], count)
        for row, count in counts
        if not isinstance(count, Masked)
    ]
    # What is masked is the rest of the bar.
    rest = total["denominator"] - sum(share.count for share in known)
    if len(known) < len(counts) and rest > 0:
        known.append(Share(UNKNOWN, "masked", rest, is_masked=True))
    share = format_ratio(total["numerator"], total["denominator"])
    return Bar(
        typeset(population["label"]),
        f"{total['numerator']} of {total['denominator']}: {share}%",
        # Rounded shares can be more than their rounded whole.
        max(total["denominator"], sum(share.count for share in known)),
        tuple(known),
        (total["ci_low"], total["ci_high"]),
    )


def _table(study: Study, table: Record) -> Table:
    windows = study.tables["response_windows"]
    heads = []
    for window in windows:
        label = study.word("response_window", window["response_window"])
        heads += [f"{label}, n of N", f"{label}, % (95% CI)"]
    rows: list[Row] = []
    for population in study.table_populations:
        rows += _population_rows(study, population, windows)
    return Table(
        table["table_id"],
        table["title"],
        ("Response", *heads),
        tuple(rows),
        notes=("Exact 95% limits (Clopper-Pearson).",),
    )


def _population_rows(
    study: Study, population: Record, windows: list[Record]
) -> list[Row]:
    told = [
        row
        for row in study.tables["response_rows"]
        if row["disease_group"] in (None, population["disease_group"])
    ]
    rows: list[Row] = []
    for subset, found in groupby(told, lambda row: row["subset"]):
        label = study.row_of("summary_subsets", mart="response_summary", subset=subset)
        title = typeset(population["label"])
        if subset != "all":
            title += f": {inner(label['label'])}"
        rows.append(heading(title))
        for measure in found:
            cells: list[Cell] = []
            for window in windows:
                key = (population["population"], subset, window["response_window"])
                cells += share_cells(study, (*key, measure["measure"]))
            rows.append(row(measure["label"], *cells, is_inner=True))
    return rows


def share_cells(study: Study, key: tuple[str, str, str, str]) -> tuple[Cell, Cell]:
    """Of a row of ``response_summary`` n of N, and percent with exact limits."""
    found = study.responses.get(key)
    if found is None:
        return Cell(""), Cell("")
    if found["numerator"] == WITHHELD:
        return Cell(str(WITHHELD)), Cell(str(WITHHELD))
    keys = tuple(zip(RESPONSE_KEY, key, strict=True))
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
