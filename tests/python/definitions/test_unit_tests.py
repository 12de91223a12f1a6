"""The models' unit tests hold, and for every study: what they read is their own."""

import re
import shutil

import yaml
from building.journal import working_file
from dbt_builds import PROJECT
from delivery.definitions import studies
from warehouses import Warehouse

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


def test_every_unit_test_holds(example, tmp_path):
    warehouse = Warehouse(tmp_path)
    working = working_file(warehouse.path)
    working.parent.mkdir(parents=True)
    # It is in a working file that dbt looks up the columns of what a test is given.
    shutil.copyfile(example.warehouse, working)
    code, output = warehouse.run("test", "--select", "test_type:unit")
    assert code == 0, output
    declared = sum(
        len(yaml.safe_load(path.read_text(encoding="utf-8")).get("unit_tests", []))
        for path in (PROJECT / "models").rglob("*.yml")
    )
    assert f"Finished running 2 project hooks, {declared} unit tests in " in output
    assert " WARN=0 ERROR=0 SKIP=0 " in output
