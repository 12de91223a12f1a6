"""How much of the paper the delivery reproduces, and where it cannot."""

from __future__ import annotations

from collections import Counter

from survival.formatting import format_decimal
from survival.report.document import Block, Fold, Paragraph, Section
from survival.report.table import Cell, Source, Table, row
from survival.study import Record, Study, typeset

TITLE = "How much of the paper it reproduces"
CLOSEST = (
    "Closest: of a number that contradicts others, what the nearest data that give the "
    "others would print."
)
HOLDS = {True: "holds", False: "does not hold", None: "cannot be estimated"}
MASKED = (
    "The NEUF paper (Blood Cancer Journal 2023;13:2) prints {n} numbers. Which of them "
    "come out of this delivery is left out: each that does is an exact count."
)
REACHABLE = {
    "exact": "Reachable: some data give the printed number",
    "unknown_denominator": "Denominator not published",
    "conflict": "In conflict with another printed number",
}


def paper_section(study: Study) -> Section:
    """The paper's printed numbers beside those of this delivery."""
    rows = study.tables["published_comparison"]
    agreed = sum(bool(found["agrees"]) for found in rows)
    disagreeing = [found for found in rows if not found["agrees"]]
    # A number that agrees, and one that stands beside a rounded one, is an exact count.
    if study.smallest is not None:
        return Section(TITLE, "paper", (Paragraph(MASKED.format(n=len(rows))),))
    blocks: tuple[Block, ...] = (
        Paragraph(
            f"Of {len(rows)} numbers that the NEUF paper prints (Blood Cancer Journal "
            f"2023;13:2), {agreed} come out of this delivery at their printed "
            "precision, limits included."
        ),
        _summary(rows),
    )
    blocks += (
        _comparison(
            study,
            disagreeing[:60],
            "disagreements",
            "Numbers that do not come out, and why",
        ),
        _directions(study),
        Fold(
            "Every number of the paper, and the cell that derives it",
            (_comparison(study, rows, "published_comparison", "The paper's numbers"),),
        ),
    )
    return Section(TITLE, "paper", blocks)


def _summary(rows: list[Record]) -> Table:
    totals = Counter(found["reachable"] for found in rows)
    agreed = Counter(found["reachable"] for found in rows if found["agrees"])
    source = "marts.published_comparison"
    return Table(
        "published_summary",
        "The paper's numbers, by whether any data can give them",
        ("Numbers", "Printed", "Reproduced"),
        tuple(
            row(
                words,
                Cell(
                    str(totals[kind]),
                    Source(source, ("count(*)",), (("reachable", kind),)),
                ),
                Cell(
                    str(agreed[kind]),
                    Source(source, ("count_if(agrees)",), (("reachable", kind),)),
                ),
            )
            for kind, words in REACHABLE.items()
        ),
    )


def _comparison(study: Study, rows: list[Record], name: str, caption: str) -> Table:
    notes = {
        found["result_id"]: found["note"] for found in study.tables["published_results"]
    }
    source = "marts.published_comparison"
    body = []
    for found in rows:
        key = (("result_id", found["result_id"]),)
        reason = notes.get(found["result_id"]) or ""
        body.append(
            row(
                _spoken(found["result_id"]),
                found["section"],
                Cell(found["published"], Source(source, ("published",), key)),
                Cell(found["derived"] or "", Source(source, ("derived",), key)),
                Cell(found["closest"] or "", Source(source, ("closest",), key)),
                "agrees" if found["agrees"] else f"differs. {reason}".strip(),
            )
        )
    return Table(
        name,
        caption,
        ("Number", "Where", "Printed", "Derived", "Closest that data give", "Verdict"),
        tuple(body),
        notes=(CLOSEST,),
        n_words=6,
    )


def _directions(study: Study) -> Table:
    """What the paper says of two curves without a number."""
    source = "marts.published_directions"
    body = []
    for found in study.tables["published_directions"]:
        key = (("statement_id", found["statement_id"]),)
        body.append(
            row(
                typeset(found["statement"]),
                found["section"],
                *(
                    Cell(
                        format_decimal(found[name]),
                        Source(source, (name,), key),
                    )
                    for name in ("favoured_percent", "other_percent")
                ),
                HOLDS[found["holds"]],
            )
        )
    return Table(
        "published_directions",
        "Statements of the paper without a number, at 24 months",
        ("Statement", "Where", "Said to be better", "Other", "Verdict"),
        tuple(body),
        n_words=2,
    )


def _spoken(result_id: str) -> str:
    return ", ".join(part.replace("_", " ") for part in result_id.split("__")[1:])
