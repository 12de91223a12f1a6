"""A delivery of any size with the distributions of a twin, written as a stream."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random

from .assembly import site_of, write_chart
from .attrition import faults
from .baseline import Baseline
from .courses import Course
from .search.moves import Bounds, is_valid
from .tables import COLUMNS, Row, csv_bytes, keyed, write_manifest

BLOCK = 2_000
SHARE_LEAVING = 33 / 286
LONGEST = 1_090
WINDOW = 84
Template = tuple[Course, Baseline, int]


def stretched(rng: Random, course: Course) -> Course:
    """The course with its days after the response window stretched or shortened.

    The order of the days stands, and so does everything within the window: what may
    be derived of a response does not change.
    """
    factor = min(
        rng.lognormvariate(0, 0.25),
        (LONGEST - WINDOW) / max(course.end_day, WINDOW + 1),
    )

    def moved(day: int | None) -> int | None:
        if day is None or day <= WINDOW:
            return day
        return WINDOW + max(1, round((day - WINDOW) * factor))

    days = {
        name: moved(getattr(course, name))
        for name in ("hsct_day", "relapse_day", "cytotoxic_day", "end_day")
    }
    other = replace(course, **days)
    return other if is_valid(other, Bounds(longest=LONGEST)) else course


def _aged(rng: Random, person: Baseline) -> Baseline:
    age = min(82, max(18, person.age_years + rng.randint(-4, 4)))
    return replace(person, age_years=age)


def write_block(
    seed: int, templates: list[Template], first: int, last: int
) -> dict[str, tuple[bytes, int]]:
    """Patients `first` to `last` - 1: CSV without a header, and rows, by table."""
    rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}
    wrong = faults()
    for number in range(first, last):
        rng = Random(f"{seed}:scale:{number}")
        course, person, n_cycles = rng.choice(templates)
        course = stretched(rng, course)
        country, site = site_of(rng, number)
        chart = write_chart(
            patient_id=f"{number:08d}",
            country=country,
            site_id=site,
            course=course,
            baseline=_aged(rng, person),
            n_cycles=min(n_cycles, course.n_cycles_possible()),
            rng=rng,
        )
        if rng.random() < SHARE_LEAVING and not course.has_undated_death:
            rng.choice(wrong)(chart)
        for table, own in chart.rows.items():
            rows[table] += keyed(table, own)
    written = {}
    for table, columns in COLUMNS.items():
        content = csv_bytes(columns, rows[table])
        written[table] = content.split(b"\n", 1)[1], len(rows[table])
    return written


def _blocks(
    seed: int, templates: list[Template], patients: int, processes: int
) -> Iterator[dict[str, tuple[bytes, int]]]:
    """Blocks in order, with no more of them under way than the processes need."""
    bounds = [
        (first, min(first + BLOCK, patients + 1))
        for first in range(1, patients + 1, BLOCK)
    ]
    with ProcessPoolExecutor(processes) as pool:
        waiting: deque[Future] = deque()
        for first, last in bounds:
            waiting.append(pool.submit(write_block, seed, templates, first, last))
            if len(waiting) > processes + 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def write_scaled(
    output: Path,
    templates: list[Template],
    *,
    seed: int,
    patients: int,
    file_format: str,
    processes: int = 2,
    **manifest: str,
) -> dict[str, int]:
    """Write a delivery of many patients; returns the rows of each table.

    Parameters
    ----------
    output : pathlib.Path
        Folder, made if absent.
    templates : list
        (course, baseline, cycles) of the twin's patients, drawn with replacement.
    seed, patients : int
        What is drawn, and how many.
    file_format : str
        `csv` or `parquet`.
    processes : int
        Workers; the bytes do not depend on them.
    **manifest : str
        `delivery_id`, `delivered_on`, `data_cutoff_date`.
    """
    output.mkdir(parents=True, exist_ok=True)
    counts = dict.fromkeys(COLUMNS, 0)
    files = {table: (output / f"{table}.csv").open("wb") for table in COLUMNS}
    try:
        for table, columns in COLUMNS.items():
            files[table].write(csv_bytes(columns, []))
        for block in _blocks(seed, templates, patients, processes):
            for table, (content, n_rows) in block.items():
                files[table].write(content)
                counts[table] += n_rows
    finally:
        for file in files.values():
            file.close()
    if file_format == "parquet":
        for table in COLUMNS:
            to_parquet(output / f"{table}.csv")
    write_manifest(output, counts, file_format, **manifest)
    return counts


def to_parquet(path: Path) -> None:
    """Replace a CSV file by a Parquet file of text columns."""
    import duckdb

    columns = {name: "varchar" for name in COLUMNS[path.stem]}
    with duckdb.connect() as connection:
        connection.execute("set memory_limit = '512MB'")
        connection.execute("set threads = 1")
        connection.read_csv(
            str(path),
            header=True,
            delimiter=",",
            quotechar='"',
            escapechar='"',
            columns=columns,
            auto_detect=False,
        ).write_parquet(str(path.with_suffix(".parquet")), compression="zstd")
    path.unlink()
