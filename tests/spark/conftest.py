"""Pairs of builds that several test modules read: each is made once."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dbt_builds import DELIVERIES, PROJECT, Build, build
from random_delivery import write_random_delivery
from support_spark import EXAMPLE, OnSpark, on_spark

Pair = tuple[Build, OnSpark]


def dirty(folder: Path) -> Path:
    """Broken cells and rows: accepted without them."""
    write_random_delivery(folder, seed=11, n_patients=60, faults=True)
    return folder


def registry(folder: Path) -> Path:
    """100,000 patients."""
    generate = PROJECT / "dbt_project" / "deliveries" / "generate.py"
    subprocess.run(
        [
            *(sys.executable, generate, "--output", folder),
            *("--patients", "100000", "--format", "parquet"),
        ],
        check=True,
    )
    return folder


DELIVERED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "example": (lambda _: EXAMPLE, ""),
    "patients": (lambda _: PROJECT / "dbt_project" / "deliveries" / "bmt", "bmt"),
    "dirty": (dirty, ""),
    "edges": (lambda _: DELIVERIES / "edges" / "delivery", ""),
    "registry": (registry, ""),
}


@pytest.fixture(scope="session")
def pair_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pair]:
    """A delivery by its name, built on DuckDB and on Spark."""
    pairs: dict[str, Pair] = {}

    def made(name: str) -> Pair:
        if name not in pairs:
            written, study = DELIVERED[name]
            place = tmp_path_factory.mktemp(name)
            delivery = written(place / "delivery")
            for engine in ("duckdb", "spark"):
                (place / engine).mkdir()
            reference = build(delivery, place / "duckdb", study=study)
            assert reference.exit_code == 0, reference.output
            # Unit tests judge the code, and are asked once.
            asked = ("--select", "*") if name == "example" else ()
            pairs[name] = (
                reference,
                on_spark(delivery, place / "spark", *asked, study=study),
            )
        return pairs[name]

    return made
