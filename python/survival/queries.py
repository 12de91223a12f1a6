"""What a site gets: its open questions, as a file that comes back as its answers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from survival.errors import WarehouseError
from survival.formatting import escape_formula

if TYPE_CHECKING:
    from survival.warehouse import Warehouse

COLUMNS = (
    "query_id",
    "patient_id",
    "record",
    "found",
    "question",
    "answer",
    "answer_date",
)
"""Those of the table ``query_answers`` of the delivery contract."""
ASKED = ("open", "reopened")
# First what does most to the results.
_ORDER = "query_rank, patient_id, rule_id, table_name, record_key, query_id"


def open_questions(
    warehouse: Warehouse, *, site: str | None = None
) -> list[tuple[str, ...]]:
    """The questions that a site has to answer, by COLUMNS, the last two empty.

    Parameters
    ----------
    warehouse : Warehouse
    site : str, optional
        By default all sites, and records of no known patient.

    Returns
    -------
    list of tuple of str
        Ordered by what the answers do to the results.

    Raises
    ------
    WarehouseError
        If no patient of the marts is of this site.
    """
    queries = warehouse.records("queries", order_by=_ORDER)
    if site is not None:
        known = {row["site_id"] for row in warehouse.records("cohort")}
        known |= {row["site_id"] for row in queries}
        if site not in known:
            sites = ", ".join(sorted(known - {None}))
            raise WarehouseError(f"no patient is of site '{site}'; there are {sites}")
        queries = [row for row in queries if row["site_id"] == site]
    return [
        (
            row["query_id"],
            row["patient_id"] or "",
            f"{row['table_name']}: {row['record_key']}",
            _found(row),
            row["question"],
            "",
            "",
        )
        for row in queries
        if row["state"] in ASKED
    ]


def _found(row: dict[str, Any]) -> str:
    parts = [row["description"]]
    if row["column_name"]:
        parts.append(f"{row['column_name']}: {row['value_text'] or 'empty'}")
    if row["related_value"]:
        parts.append(f"against {row['related_value']}")
    return "; ".join(parts)


def _escaped(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[escape_formula(cell) for cell in row] for row in (COLUMNS, *rows)]


def _csv(rows: Sequence[Sequence[str]], *, title: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(_escaped(rows))
    return text.getvalue().encode()


def _xlsx(rows: Sequence[Sequence[str]], *, title: str) -> bytes:
    from delivery.definitions import terms

    from survival.spreadsheet import workbook

    return workbook(
        _escaped(rows),
        title=title,
        widths=(18, 14, 44, 60, 44, 14, 14),
        choices={COLUMNS.index("answer"): terms("query_answer")},
    )


def _html(rows: Sequence[Sequence[str]], *, title: str) -> bytes:
    from survival.report import render
    from survival.report.document import Paragraph, Section, Table, row

    table = Table(
        "queries",
        "What is asked, the most important first",
        (
            "Query",
            "Patient",
            "Record",
            "What is wrong",
            "What is asked",
            "Answer",
            "Date",
        ),
        tuple(row(*cells) for cells in rows),
        n_words=len(COLUMNS),
    )
    told = f"{len(rows)} questions." if len(rows) != 1 else "1 question."
    return render.page(
        title=title,
        head=[Paragraph(told)],
        sections=[Section("Questions", "queries", (table,))],
    ).encode()


FORMATS: dict[str, Callable[..., bytes]] = {"csv": _csv, "xlsx": _xlsx, "html": _html}
