"""The definitions that the gate judges by: rows of the project's seeds."""

import csv
from functools import cache

from delivery.contract import PROJECT


@cache
def seed(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a seed, as text."""
    path = PROJECT / "seeds" / f"{name}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def terms(vocabulary: str) -> list[str]:
    """The allowed terms of a vocabulary of the delivery contract."""
    return [
        row["term"]
        for row in seed("controlled_terms")
        if row["vocabulary"] == vocabulary
    ]


def gate_rule(rule_id: str) -> dict[str, str]:
    """One rule of the gate: severity, description and what to do."""
    (rule,) = (row for row in seed("gate_rules") if row["rule_id"] == rule_id)
    return rule
