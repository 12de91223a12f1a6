"""Questions to sites over five deliveries: each state as worked by hand beforehand."""

import csv
import shutil
from pathlib import Path

import duckdb
import pytest
from dbt_builds import build
from delivery_files import as_parquet, copied, read_rows, renewed
from survival import Warehouse
from survival.queries import COLUMNS, FORMATS, open_questions

DATES = {"delivered_on": "2018-12-01"}
# Of each question: rule, patient, and its state after each of the five deliveries.
UNDATED, AGAIN, UNASKED, EARLY, LATER, LOST = "ABCDEF"
ASKED = {
    UNDATED: ("death_undated", "08867"),
    AGAIN: ("death_undated", "27845"),
    UNASKED: ("record_after_last_contact", "21987"),
    EARLY: ("record_after_last_contact", "22746"),
    LATER: ("relapse_undated", "08867"),
    LOST: ("death_undated", "01182"),
}
STATES = {
    # Not known; then the record changes; then confirmed as it is.
    UNDATED: ["open", "answered", "reopened", "answered", "answered"],
    # Corrected, they say, but the date comes one later, is lost, and comes again.
    AGAIN: ["open", "reopened", "resolved", "reopened", "resolved"],
    # Never answered.
    UNASKED: ["open", "open", "open", "open", "open"],
    # Confirmed; corrected all the same; and back to what was confirmed.
    EARLY: ["open", "answered", "answered", "resolved", "answered"],
    # The date comes without a word, with which the record has another key.
    LATER: ["open", "resolved", "resolved", "resolved", "resolved"],
    # The third delivery has lost a date.
    LOST: [None, None, "open", "open", "open"],
}
# The first and the last delivery in which each was found.
FIRST = "neuf-synthetic-twin-1"
FOUND = {
    UNDATED: (FIRST, "d5"),
    AGAIN: (FIRST, "d4"),
    UNASKED: (FIRST, "d5"),
    EARLY: (FIRST, "d5"),
    LATER: (FIRST, FIRST),
    LOST: ("d3", "d5"),
}
RELAPSE = {"relapses": [({"patient_id": "08867"}, {"relapse_date": "2017-01-01"})]}
CAUSE = ({"patient_id": "08867"}, {"death_cause": "relapse"})
FORGOTTEN = ({"patient_id": "01182"}, {"vital_status": "dead", "death_date": ""})
DATED = ({"patient_id": "27845"}, {"death_date": "2017-12-31"})
SEEN = ({"patient_id": "22746"}, {"last_contact_date": "2017-08-02"})
# What the sites send after the example: edits of records, and answers.
DELIVERIES = [
    (
        RELAPSE,
        [
            (UNDATED, "not_known", "2018-07-20"),
            (AGAIN, "corrected", "2018-07-20"),
            (EARLY, "confirmed", "2018-07-21"),
        ],
    ),
    (RELAPSE | {"follow_up": [CAUSE, FORGOTTEN, DATED]}, None),
    (
        RELAPSE | {"follow_up": [CAUSE, FORGOTTEN, SEEN]},
        # What was answered before is sent again, and counts once.
        [
            (AGAIN, "corrected", "2018-07-20"),
            (EARLY, "confirmed", "2018-07-21"),
            (UNDATED, "not_known", "2018-07-20"),
            (UNDATED, "confirmed", "2018-09-20"),
        ],
    ),
    (RELAPSE | {"follow_up": [CAUSE, FORGOTTEN, DATED]}, []),
]


def written(path: Path, rows: list[dict[str, str]], names: list[str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def filled_in(given: dict[str, tuple[str, str]], form: Path) -> list[dict[str, str]]:
    """The questions as sites get them, with answers to some and nothing to the rest."""
    rows = read_rows(form)
    for row in rows:
        row["answer"], row["answer_date"] = given.get(row["query_id"], ("", ""))
    return rows


def delivered(
    folder: Path, number: int, ids: dict[str, str], *, form: Path | None = None
) -> Path:
    """Delivery `number`, from 2: every other one in another order and format.

    With answers by `form`, the file that `survival queries` wrote, or by a table with
    the columns that the contract requires.
    """
    edits, answers = DELIVERIES[number - 2]
    copied(folder)
    for path in folder.glob("*.csv"):
        rows = read_rows(path)
        names = list(rows[0])
        if path.stem == "manifest":
            rows = [row | DATES | {"delivery_id": f"d{number}"} for row in rows]
            if answers is not None:
                rows.append(rows[0] | {"table_name": "query_answers"})
        elif number % 2 == 0:
            rows = rows[::-1]
        for found_by, cells in edits.get(path.stem, []):
            matching = [row for row in rows if found_by.items() <= row.items()]
            undated = [row for row in matching if "" in row.values()]
            (undated or matching)[0].update(cells)
        written(path, rows, names)
    if answers is not None:
        given = {ids[question]: (answer, day) for question, answer, day in answers}
        if form:
            rows = filled_in(given, form)
            rows.append(rows[0] | {"query_id": "q0", "answer": "confirmed"})
        else:
            rows = [
                {
                    "query_id": ids[question],
                    "patient_id": ASKED[question][1],
                    "answer": answer,
                    "answer_date": day,
                }
                for question, answer, day in answers
            ]
        names = list(rows[0]) if rows else [*COLUMNS]
        written(folder / "query_answers.csv", rows, names)
    if number % 2 == 0:
        as_parquet(folder, "follow_up")
        as_parquet(folder, "relapses")
    return renewed(folder)


def rows(warehouse: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def sent_to_sites(place: Path) -> Path:
    with Warehouse(place / "warehouse.duckdb") as warehouse:
        questions = open_questions(warehouse)
    form = place / "sent.csv"
    form.write_bytes(FORMATS["csv"](questions, title=""))
    return form


@pytest.fixture(scope="module")
def published(example, tmp_path_factory):
    """What each of the five builds published, the example and four over it."""
    place = tmp_path_factory.mktemp("queries")
    shutil.copyfile(example.warehouse, place / "warehouse.duckdb")
    files = [shutil.copyfile(example.warehouse, place / "1.duckdb")]
    found = rows(files[0], "select rule_id, patient_id, query_id from marts.queries")
    ids = {
        name: query_id
        for name, asked in ASKED.items()
        for rule_id, patient_id, query_id in found
        if asked == (rule_id, patient_id)
    }
    for number in range(2, len(DELIVERIES) + 2):
        form = sent_to_sites(place) if number == 2 else None
        delivery = delivered(place / f"d{number}", number, ids, form=form)
        built = build(delivery, place)
        assert built.exit_code == 0, built.output
        files.append(place / f"{number}.duckdb")
        files[-1].write_bytes(built.warehouse.read_bytes())
    return files


def test_each_question_is_in_the_state_worked_by_hand(published):
    found = {
        name: [
            (
                [
                    state
                    for (state,) in rows(
                        file,
                        "select state from marts.queries "
                        f"where rule_id = '{rule_id}' and patient_id = '{patient_id}'",
                    )
                ]
                or [None]
            )
            for file in published
        ]
        for name, (rule_id, patient_id) in ASKED.items()
    }
    assert found == {name: [[s] for s in states] for name, states in STATES.items()}


def test_the_first_and_last_delivery_of_each_are_told(published):
    found = rows(
        published[-1],
        "select rule_id, patient_id, first_delivery_id, last_delivery_id "
        "from marts.queries",
    )
    for name, asked in ASKED.items():
        assert [row[2:] for row in found if row[:2] == asked] == [FOUND[name]]


def test_order_lines_and_format_change_no_id(published):
    """The second delivery is reversed, and partly Parquet."""
    query = "select query_id, rule_id, record_key, column_name from marts.queries"
    first, second = ({*rows(file, query)} for file in published[:2])
    assert first <= second
    lines = "select max(file_line) from quality.findings where patient_id = '27845'"
    assert rows(published[0], lines) != rows(published[1], lines)
    ((still_found,),) = rows(
        published[1],
        "select count(*) from marts.queries "
        f"where first_delivery_id = '{FIRST}' and last_delivery_id = 'd2'",
    )
    assert still_found == len(first) - 1


def test_an_answer_to_no_question_is_a_finding(published):
    query = (
        "select table_name, value_text from quality.findings "
        "where rule_id = 'answer_to_no_query'"
    )
    assert [rows(file, query) for file in published] == [
        [],
        [("query_answers", "q0")],
        [],
        [],
        [],
    ]


def test_a_file_filled_in_in_part_is_delivered_whole(published):
    ((n_delivered, n_answers),) = rows(
        published[1],
        "select count(*), count(answer) from staging.stg_delivery__query_answers "
        "where disposition = 'accepted'",
    )
    ((n_asked,),) = rows(published[0], "select count(*) from marts.queries")
    assert (n_delivered, n_answers) == (n_asked + 1, 4)
