"""The engine knows no study: a word of the paper stands only where it is derived."""

import re

import pytest
from dbt_builds import PROJECT

# The paper's drug, disease, marker, residual disease and name.
WORDS = re.compile(r"blinatumomab|b_all|(?:\b|_)ph(?:\b|_)|mrd|neuf", re.IGNORECASE)
# The categories of residual disease are derived, and so told and compared, by name.
NAMED = {
    "macros/delivery_tables.sql": "a table of the contract",
    "models/changes/patient_changes.sql": "columns of `responses` and `cohort`",
    "models/summaries/response_outcomes.sql": "what a response is",
}


@pytest.mark.parametrize(
    "folder",
    [
        "expectations",
        "macros",
        "python/lake",
        "python/survival",
        "models/changes",
        "models/comparison",
        "models/publish",
        "models/summaries",
        "models/survival",
    ],
)
def test_what_lies_behind_the_times_to_event_names_no_word_of_the_paper(folder):
    found = {
        str(path.relative_to(PROJECT))
        for suffix in ("sql", "py", "html", "css", "js")
        for path in (PROJECT / folder).rglob(f"*.{suffix}")
        if WORDS.search(without_package(path.read_text(encoding="utf-8")))
    }
    assert found == {path for path in NAMED if path.startswith(folder)}


def without_package(text: str) -> str:
    """Code without the name that it is installed under, which is not of a study."""
    return text.replace("neuf_warehouse", "").replace("neuf-warehouse", "")
