"""The models' unit tests hold for every study: what they read of one is their own."""

import re

import yaml
from dbt_builds import PROJECT
from delivery.definitions import studies

REFERENCE = re.compile(r"ref\(['\"](\w+)['\"]\)")


def test_no_unit_test_reads_the_rows_of_a_study():
    """A seed that is given without rows would be the one of the study that is built."""
    of_studies = {
        path.stem
        for study in studies()
        for path in (PROJECT / "seeds" / study).glob("*.csv")
    }
    reading = []
    for path in sorted((PROJECT / "models").rglob("*.yml")):
        declared = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for test in declared.get("unit_tests", []):
            for given in test["given"]:
                (name,) = REFERENCE.findall(given["input"]) or [""]
                if name in of_studies and "rows" not in given:
                    reading.append((test["name"], name))
    assert reading == []
