"""The engine knows no study: its words stand only where they are derived."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from building.seeds import read_seeds
from dbt_builds import PROJECT
from delivery.contract import delivery_contract
from delivery.definitions import studies

# The paper's drug, disease, marker, residual disease and name.
WORDS = re.compile(r"blinatumomab|b_all|(?:\b|_)ph(?:\b|_)|mrd|neuf", re.IGNORECASE)
# The categories of residual disease are derived, and so told and compared, by name.
NAMED = {
    "models/changes/patient_changes.sql": "columns of `responses` and `cohort`",
    "models/marts/characteristics.sql": "a response of MRD, and Ph of the patients",
    "models/marts/cohort.sql": "Ph of the patients, a promised column",
    "models/summaries/response_outcomes.sql": "what a response is",
}
# A word that a study's rows define and shared code names: what it is there.
OF_A_STUDY = {
    "bcr_abl1": "a term of the contract: the marker whose test tells Ph",
    "all__os": "an example in a docstring or a help text",
}
# Where the rows of a study name what they define.
DEFINING = {
    "censoring_rules": ["censoring_rule"],
    "characteristic_bands": ["variable"],
    "characteristic_levels": ["variable"],
    "eligibility_criteria": ["criterion", "reason_unmet", "reason_unknown"],
    "endpoints": ["endpoint"],
    "group_criteria": ["group_name"],
    "groupings": ["stratum_variable"],
    "not_evaluable_reasons": ["reason"],
    "outcome_measures": ["measure"],
    "populations": ["population"],
    "response_measures": ["measure"],
    "response_windows": ["response_window"],
    "study_terms": ["term"],
    "summary_subsets": ["subset"],
    "survival_analyses": ["analysis_id"],
    "table_one_variables": ["variable"],
}
SUFFIXES = (".sql", ".py", ".html", ".css", ".js")


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
    found = {name_of(path) for path in code_of(folder) if names_the_paper(path)}
    assert found == {path for path in NAMED if path.startswith(f"{folder}/")}


def test_no_model_that_reads_the_times_to_event_names_a_word_of_the_paper():
    """Wherever it stands: by its references, and those of what it reads."""
    readers = readers_of("time_to_event")
    assert {"survival_curves", "transplant_outcomes", "table_one"} <= set(readers)
    found = {name_of(path) for path in readers.values() if names_the_paper(path)}
    assert found <= NAMED.keys()


@pytest.fixture(scope="module")
def made_by_rows() -> dict[str, str]:
    """The words that only rows of studies define, and where."""
    words: dict[str, str] = {}
    with pytest.MonkeyPatch.context() as patch:
        for study in studies():
            patch.setenv("STUDY", study)
            seeds = read_seeds()
            words |= {
                row[column]: f"{study}: {name}.{column}"
                for name, columns in DEFINING.items()
                for column in columns
                for row in seeds[name]
            }
            shared = (
                {row["word"] for row in seeds["derived_words"]}
                | {row["event_type"] for row in seeds["event_types"]}
                | {row["event_type"] for row in seeds["delivered_events"]}
                | {row["term"] for row in seeds["shared_terms"]}
                | {row["term"] for row in seeds["shared_labels"]}
                | delivery_contract().keys()
            )
            words = {word: where for word, where in words.items() if word not in shared}
    return words


@pytest.mark.parametrize(
    "folder",
    ["expectations", "macros", "models", "python/lake", "python/survival", "tests"],
)
def test_no_word_that_rows_of_a_study_define_stands_in_shared_code(
    made_by_rows, folder
):
    """Populations, endpoints, windows, measures, reasons: they may have other names."""
    assert {"two_cycles", "mrd_pos_ph_neg", "rfs", "cr_crh_cri"} <= made_by_rows.keys()
    paths = [
        path
        for path in code_of(folder)
        if folder != "tests" or path.parent == PROJECT / "tests"
    ]
    found = {
        (name_of(path), word, made_by_rows[word])
        for path in paths
        for word in quoted(path.read_text(encoding="utf-8"))
        if word in made_by_rows and word not in OF_A_STUDY
    }
    assert found == set()


def code_of(folder: str) -> Iterator[Path]:
    """The files of a folder that hold code."""
    for path in sorted((PROJECT / folder).rglob("*")):
        if path.suffix in SUFFIXES:
            yield path


def readers_of(model: str) -> dict[str, Path]:
    """The models that read one, or what reads it, and their files."""
    texts = {path: path.read_text(encoding="utf-8") for path in code_of("models")}
    found: dict[str, Path] = {}
    waiting = [model]
    while waiting:
        name = waiting.pop()
        for path, text in texts.items():
            if re.search(rf"ref\(.{name}.\)", text) and path.stem not in found:
                found[path.stem] = path
                waiting.append(path.stem)
    return found


def quoted(text: str) -> set[str]:
    """The words in quotes, but for those of comments in macros."""
    return set(re.findall(r"""['"](\w+)['"]""", re.sub(r"(?s)\{#.*?#\}", "", text)))


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def names_the_paper(path: Path) -> bool:
    """Whether it holds a word of it, beside the name that the code is installed by."""
    text = path.read_text(encoding="utf-8")
    return bool(
        WORDS.search(text.replace("neuf_warehouse", "").replace("neuf-warehouse", ""))
    )
