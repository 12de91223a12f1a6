"""Agreement with the publication: its printed numbers beside those of the delivery."""

from __future__ import annotations

from collections import Counter

from survival.formatting import format_decimal
from survival.groups import Record
from survival.labels import typeset
from survival.report.document import (
    Block,
    Cell,
    Fold,
    Paragraph,
    Section,
    Source,
    Table,
    row,
)
from survival.study import Study

TITLE = "Agreement with the publication"
SOURCE = "marts.published_comparison"
CLOSEST = (
    "Closest possible: of a number that contradicts others, what data would print that "
    "give the others."
)
HOLDS = {True: "Holds", False: "Does not hold", None: "Not estimable"}
MASKED = (
    "{publication} ({citation}) prints {n} numbers. Which of them this delivery "
    "reproduces is left out: each that it does is an exact count."
)
AGREED = (
    "Of {n} numbers that {publication} prints ({citation}), this delivery reproduces "
    "{agreed} at their printed precision, limits included."
)


def publication_section(study: Study) -> Section | None:
    """The publication's numbers beside those derived; None where there are none."""
    rows = study.tables["published_comparison"]
    if not rows:
        return None
    agreed = sum(bool(found["agrees"]) for found in rows)
    words = {
        "n": len(rows),
        "agreed": agreed,
        "publication": study.facts["publication"],
        "citation": study.facts["citation"],
    }
    # A number that agrees, and one that stands beside a rounded one, is an exact count.
    if study.smallest is not None:
        masked = MASKED.format(**words)
        first = masked[0].upper() + masked[1:]
        return Section(TITLE, "publication", (Paragraph(first),))
    differing = [found for found in rows if not found["agrees"]]
    blocks: list[Block] = [Paragraph(AGREED.format(**words)), _summary(study, rows)]
    if differing:
        caption = "Published numbers that are not reproduced, and why"
        blocks.append(_comparison(study, differing, "disagreements", caption))
    if study.tables["published_directions"]:
        blocks.append(_directions(study))
    caption = "All published numbers"
    table = _comparison(study, rows, "published_comparison", caption)
    blocks.append(Fold("All published numbers, and what derives each", (table,)))
    return Section(TITLE, "publication", tuple(blocks))


def _summary(study: Study, rows: list[Record]) -> Table:
    totals = Counter(found["reachable"] for found in rows)
    agreed = Counter(found["reachable"] for found in rows if found["agrees"])
    body = []
    for kind, _ in totals.most_common():
        key = (("reachable", kind),)
        printed = Cell(str(totals[kind]), Source(SOURCE, ("count(*)",), key))
        source = Source(SOURCE, ("count_if(agrees)",), key)
        reproduced = Cell(str(agreed[kind]), source)
        body.append(row(study.word("reachable", kind), printed, reproduced))
    return Table(
        "published_summary",
        "Published numbers, by whether patient data can give them",
        ("Published numbers", "Printed", "Reproduced"),
        tuple(body),
    )


def _comparison(study: Study, rows: list[Record], name: str, caption: str) -> Table:
    published = {
        found["result_id"]: found for found in study.tables["published_results"]
    }
    body = []
    for found in rows:
        key = (("result_id", found["result_id"]),)
        own = published[found["result_id"]]
        reason = "Reproduced" if found["agrees"] else _reason(study, own)
        cells = (
            Cell(found[column] or "", Source(SOURCE, (column,), key))
            for column in ("published", "derived", "closest")
        )
        body.append(row(described(study, own), found["section"], *cells, reason))
    return Table(
        name,
        caption,
        ("Result", "Section", "Published", "Derived", "Closest possible", "Agreement"),
        tuple(body),
        notes=(CLOSEST,),
        n_words=6,
    )


def _reason(study: Study, published: Record) -> str:
    if published["explanation"]:
        return published["explanation"]
    return f"Not reproduced: {study.word('reachable', published['reachable']).lower()}"


def described(study: Study, published: Record) -> str:
    """What a published number is: population, subset, measure, statistic, month."""
    words = [study.population_label(published["population"])]
    if published["subset"]:
        words.append(study.word("published_subset", published["subset"]))
    words.append(study.word("published_measure", published["measure"]))
    words.append(study.word("published_statistic", published["statistic"]))
    text = ", ".join(words)
    month = published["at_month"]
    return text if month is None else f"{text} at {month} months"


def _directions(study: Study) -> Table:
    """What the publication says of two curves without a number."""
    source = "marts.published_directions"
    body = []
    for found in study.tables["published_directions"]:
        key = (("statement_id", found["statement_id"]),)
        cells = (
            Cell(format_decimal(found[name]), Source(source, (name,), key))
            for name in ("favoured_percent", "other_percent")
        )
        words = (typeset(found["statement"]), found["section"])
        body.append(row(*words, *cells, HOLDS[found["holds"]]))
    return Table(
        "published_directions",
        "Statements of the publication without a number, %",
        (
            "Statement",
            "Section",
            "Reported as better",
            "Comparator",
            "In this delivery",
        ),
        tuple(body),
        n_words=2,
    )
