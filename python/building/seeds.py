"""The seeds of a study as text, and their columns as the catalogue says."""

import csv
from functools import cache
from pathlib import Path

import yaml
from delivery.definitions import seed_file, seed_folders

Row = dict[str, str]
Seeds = dict[str, list[Row]]


def read_seeds() -> Seeds:
    """The rows of every seed of the study, as text."""
    return {name: _rows(seed_file(name)) for name in seed_columns()}


def _rows(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def seed_columns() -> dict[str, dict[str, str]]:
    """The columns of each seed and their types, as the catalogue says."""
    shared, _ = seed_folders()
    return {
        entry["name"]: entry["config"]["column_types"]
        for path in sorted(shared.glob("*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]
    }
