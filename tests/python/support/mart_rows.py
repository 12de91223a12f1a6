"""Rows of a mart beside rows expected of it, and how they differ."""

from pathlib import Path
from typing import Any

import duckdb

KEYS = {
    "cohort": ("patient_id",),
    "cohort_attrition": ("step",),
    "baseline_characteristics": ("patient_id",),
    "responses": ("patient_id", "response_window"),
    "transplant_outcomes": ("patient_id",),
    "time_to_event": ("patient_id", "endpoint", "censoring_rule"),
    "survival_strata": ("patient_id", "stratum_variable"),
}


def mart_rows(warehouse: Path, mart: str, columns: list[str]) -> list[dict[str, Any]]:
    """The rows of a mart, as dictionaries of the named columns."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            f"select {', '.join(columns)} from marts.{mart}"
        ).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]


def differences(mart: str, expected: list[dict], derived: list[dict]) -> list[str]:
    """One line per row missing, row too many, and cell that differs."""
    key = KEYS[mart]
    wanted = {tuple(row[name] for name in key): row for row in expected}
    found = {tuple(row[name] for name in key): row for row in derived}
    assert len(wanted) == len(expected), f"{mart}: expected keys are doubled"
    assert len(found) == len(derived), f"{mart}: derived keys are doubled"
    lines = [
        f"{mart} {place}: missing" for place in sorted(wanted.keys() - found.keys())
    ]
    lines += [
        f"{mart} {place}: too many" for place in sorted(found.keys() - wanted.keys())
    ]
    for place in sorted(wanted.keys() & found.keys()):
        for column, value in wanted[place].items():
            if found[place][column] != value:
                lines.append(
                    f"{mart} {place} {column}: expected {value!r}, "
                    f"derived {found[place][column]!r}"
                )
    return lines
