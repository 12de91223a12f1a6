"""How much of the paper the delivery reproduces, and where it cannot."""

from __future__ import annotations

from collections import Counter

from survival.report.document import Block, Fold, Paragraph, Section
from survival.report.study import Record, Study
from survival.report.table import Cell, Source, Table, row

TITLE = "How much of the paper it reproduces"
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
    blocks: tuple[Block, ...] = (
        Paragraph(
            f"Of {len(rows)} numbers that the NEUF paper prints (Blood Cancer Journal "
            f"2023;13:2), {agreed} come out of this delivery at their printed "
            "precision, limits included."
        ),
        _summary(rows),
    )
    # An exact number beside a rounded one would give the exact one away.
    if study.smallest is not None:
        return Section(TITLE, "paper", blocks)
    blocks += (
        _comparison(
            study,
            disagreeing[:60],
            "disagreements",
            "Numbers that do not come out, and why",
        ),
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
                "agrees" if found["agrees"] else f"differs. {reason}".strip(),
            )
        )
    return Table(
        name,
        caption,
        ("Number", "Where", "Printed", "Derived", "Verdict"),
        tuple(body),
        n_words=5,
    )


def _spoken(result_id: str) -> str:
    return ", ".join(part.replace("_", " ") for part in result_id.split("__")[1:])
