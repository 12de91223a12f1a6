"""The definitions of a study: its seeds, and those that all studies share."""

import csv
import os
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import yaml
from jinja2 import Template

PROJECT = Path(__file__).resolve().parents[2]
SEEDS = PROJECT / "seeds"
Given = ParamSpec("Given")
Read = TypeVar("Read")


def seed_folders() -> tuple[Path, Path]:
    """The folder that all studies share, and that of the study which is built.

    As dbt_project.yml tells dbt, which reads `STUDY`.
    """
    return _seed_folders(os.environ.get("STUDY", ""))


@cache
def _seed_folders(study_name: str) -> tuple[Path, Path]:
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    shared, study = (
        PROJECT / Template(path).render(env_var={"STUDY": study_name}.get)
        for path in project["seed-paths"]
    )
    return shared, study


def kept_by_study(read: Callable[Given, Read]) -> Callable[Given, Read]:
    """Read what a study says once, and anew where `STUDY` names another."""
    by_study: dict[Path, Callable[..., Read]] = {}

    @wraps(read)
    def kept(*args: Given.args, **kwargs: Given.kwargs) -> Read:
        _, study = seed_folders()
        if study not in by_study:
            by_study[study] = cache(read)
        return by_study[study](*args, **kwargs)

    return kept


def studies() -> list[str]:
    """The studies that have a folder of definitions."""
    shared, _ = seed_folders()
    return sorted(
        path.name for path in SEEDS.iterdir() if path.is_dir() and path != shared
    )


def seed_file(name: str) -> Path:
    """Where a seed lies: what all studies share, or what this one says."""
    (path,) = (
        path for folder in seed_folders() if (path := folder / f"{name}.csv").is_file()
    )
    return path


@kept_by_study
def seed(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a seed, as text."""
    with seed_file(name).open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def vocabularies() -> dict[str, list[str]]:
    """The allowed terms of each vocabulary, of all studies and of this one."""
    words: dict[str, list[str]] = {}
    for name in ("shared_terms", "study_terms"):
        for row in seed(name):
            words.setdefault(row["vocabulary"], []).append(row["term"])
    return words


def terms(vocabulary: str) -> list[str]:
    """The allowed terms of a vocabulary."""
    return vocabularies().get(vocabulary, [])


def gate_rule(rule_id: str) -> dict[str, str]:
    """One rule of the gate: severity, description and what to do."""
    (rule,) = (row for row in seed("gate_rules") if row["rule_id"] == rule_id)
    return rule
