"""The seeds of a study as text, and their columns as the catalogue says."""

from functools import cache

import yaml
from delivery.definitions import seed, seed_folders

Row = dict[str, str]
Seeds = dict[str, list[Row]]


def read_seeds() -> Seeds:
    """The rows of every seed of the study, as text."""
    return {name: [*seed(name)] for name in seed_columns()}


@cache
def seed_columns() -> dict[str, dict[str, str]]:
    """The columns of each seed and their types, as the catalogue says."""
    shared, _ = seed_folders()
    return {
        entry["name"]: entry["config"]["column_types"]
        for path in sorted(shared.glob("*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]
    }
