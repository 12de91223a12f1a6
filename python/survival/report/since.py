"""Since the last delivery: what moved, who entered and left, what was corrected."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from math import isnan

from survival.errors import SurvivalError
from survival.formatting import format_decimal
from survival.labels import typeset
from survival.movements import CAUSES, Movement, is_moved
from survival.report.document import (
    Block,
    Cell,
    Figure,
    Paragraph,
    Section,
    Source,
    Table,
    row,
)
from survival.report.render import draw
from survival.study import HeadlineResult, Study, headline_results

TITLE, ANCHOR = "Since the last delivery", "since"
HISTORY = "marts.result_history"
COMPARED = (
    "Compared with delivery {before} (data cut-off {cutoff_before}), which was "
    "published before this one."
)
ASK_WHY = (
    " The command survival changes says why each moved; survival report --changes "
    "takes up what it wrote."
)
MASKED = (
    "What changed since delivery {before} is left out: a count that moved from one "
    "delivery to the next is a small one."
)
RECORDS = (
    "A record is found again by its key. New follow-up tells of days after the earlier "
    "cut-off."
)
WIDE, HIGH, ACROSS = 84.0, 74.0, 7
SMALLEST_PRINTED = 0.05
Values = dict[tuple[str, str, str], float | None]


def since_section(study: Study) -> Section | None:
    """Results, patients and records beside those before; None on a first delivery."""
    builds = study.tables["builds_compared"]
    if len(builds) < 2:
        if study.movements is not None:
            raise SurvivalError(
                "--changes: nothing was published before, and nothing can have moved"
            )
        return None
    before = builds[-2]
    words = {
        "before": before["delivery_id"],
        "cutoff_before": before["data_cutoff_date"],
    }
    if study.smallest is not None:
        return Section(TITLE, ANCHOR, (Paragraph(MASKED.format(**words)),))
    values: Values = {
        (found["build_id"], found["mart_key"], found["mart_column"]): (
            None if isnan(found["value"]) else found["value"]
        )
        for found in study.tables["result_history"]
    }
    results = [
        result
        for result in headline_results(study.tables)
        if any((build["build_id"], *_cell(result)) in values for build in builds[-2:])
    ]
    blocks: list[Block] = [
        Paragraph(
            COMPARED.format(**words) + ("" if study.movements is not None else ASK_WHY)
        ),
        _results(study, results, values),
        _patients(study),
        _records(study),
    ]
    if len(builds) > 2 and results:
        blocks.append(_over_deliveries(study, results, values))
    return Section(TITLE, ANCHOR, tuple(blocks))


def _cell(result: HeadlineResult) -> tuple[str, str]:
    return result.mart_key, result.mart_column


def _results(study: Study, results: list[HeadlineResult], values: Values) -> Table:
    earlier, latest = (b["build_id"] for b in study.tables["builds_compared"][-2:])
    body = []
    for result in results:
        cells, pair = [], []
        for build_id in (earlier, latest):
            key = (build_id, *_cell(result))
            pair.append(values.get(key))
            names = ("build_id", "mart_key", "mart_column")
            source = Source(HISTORY, ("value",), tuple(zip(names, key, strict=True)))
            text = _text(pair[-1], result) if key in values else "\N{EN DASH}"
            cells.append(Cell(text, source if key in values else None))
        label = typeset(result.population["label"])
        told = [_moved(*pair)]
        if study.movements is not None:
            told.append(_causes(study.movements, result, pair))
        body.append(row(_name(result), label, *cells, *told))
    causes = ("By cause",) if study.movements is not None else ()
    return Table(
        "since_results",
        "Main results before and now",
        ("Result", "Population", "Before", "Now", "Difference", *causes),
        tuple(body),
        notes=("NR: median not reached. NE: not estimable. A dash: not analysed.",),
        n_words=2,
    )


def _moved(before: float | None, now: float | None) -> str:
    if not is_moved(before, now):
        return "unchanged"
    if before is None or now is None:
        return ""
    if abs(now - before) < SMALLEST_PRINTED:
        return "less than 0.1"
    return f"{now - before:+.1f}".replace("-", "\N{MINUS SIGN}")


def _causes(
    movements: Mapping[tuple[str, str], Movement],
    result: HeadlineResult,
    pair: list[float | None],
) -> str:
    """Each cause with its share of the movement.

    Raises
    ------
    SurvivalError
        Where the movement is not that of these two builds.
    """
    movement = movements.get(_cell(result))
    told = [movement.before, movement.after] if movement else pair[:1] * 2
    if any(map(is_moved, told, pair)):
        raise SurvivalError(
            "--changes: the file is of other builds than this one and the one before "
            f"it ({result.mart_key})"
        )
    if not movement:
        return ""
    if not movement.shares:
        return ", ".join(CAUSES[cause] for cause in movement.causes)
    return ", ".join(
        f"{CAUSES[cause]} {_moved(0, share)}"
        for cause, share in movement.shares.items()
    )


def _name(result: HeadlineResult) -> str:
    return f"{result.label}, median, months" if result.is_median else result.label


def _text(value: float | None, result: HeadlineResult) -> str:
    if value is None:
        return "NR" if result.is_median else "NE"
    return format_decimal(value)


def _patients(study: Study) -> Table:
    body = [
        row(_reason(study, found["reason"]), str(found["n"]))
        for found in study.tables["patients_changed"]
    ]
    return Table(
        "since_patients",
        "Patients who entered or left the study population",
        ("Patients", "N"),
        tuple(body) or (row("Nobody entered or left", "0"),),
    )


def _reason(study: Study, reason: str) -> str:
    if reason == "entered":
        return "Entered"
    if reason == "no longer delivered":
        return "Left: no longer delivered"
    return f"Left: {study.word('exclusion', reason)}"


def _records(study: Study) -> Table:
    columns = ("n_new", "n_continued", "n_late", "n_corrected", "n_removed")
    body = [
        row(
            found["table_name"].replace("_", " ").capitalize(),
            *(str(found[name]) for name in columns),
        )
        for found in study.tables["records_changed"]
    ]
    return Table(
        "since_records",
        "Records that are not as before",
        (
            "File",
            "New follow-up: added",
            "continued",
            "Earlier days: added",
            "corrected",
            "Removed",
        ),
        tuple(body) or (row("No record changed", *("0" for _ in columns)),),
        notes=(RECORDS,),
    )


def _over_deliveries(
    study: Study, results: list[HeadlineResult], values: Values
) -> Figure:
    """A small panel for each main result, its value at each delivery."""
    builds = study.tables["builds_compared"]
    step = (WIDE - 24) / (len(builds) - 1)
    rows, top = [], 8.0
    for _, group in groupby(results, lambda result: result.label):
        members = list(group)
        panels = []
        for place, result in enumerate(members):
            series = [values.get((b["build_id"], *_cell(result))) for b in builds]
            left = (place % ACROSS) * WIDE + 8
            down = top + 16 + (place // ACROSS) * HIGH
            panels.append(
                {
                    "left": left,
                    "top": down,
                    "label": typeset(result.population["label"]),
                    "points": _points(series, left=left, top=down + 24, step=step),
                    "last": _text(series[-1], result),
                }
            )
        rows.append({"top": top, "label": _name(members[0]), "panels": panels})
        top += 30 + HIGH * -(-len(members) // ACROSS)
    svg = draw(
        "history.svg",
        name="since_history",
        label="Main results over the deliveries",
        width=WIDE * ACROSS + 8,
        height=top,
        rows=rows,
    )
    caption = (
        f"{len(builds)} builds, from {builds[0]['delivery_id']} to "
        f"{builds[-1]['delivery_id']}; each panel has its own scale, from its lowest "
        "to its highest value, and its last value is printed."
    )
    return Figure("since_history", "Main results over the deliveries", caption, svg)


def _points(
    series: list[float | None], *, left: float, top: float, step: float
) -> list[tuple[float, float]]:
    known = [value for value in series if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    return [
        (left + step * n, top + 24 * (1 - ((value - low) / (high - low or 1))))
        for n, value in enumerate(series)
        if value is not None
    ]
