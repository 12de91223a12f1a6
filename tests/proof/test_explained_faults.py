"""An explanation outlives no line: asked each time, as the long proof is rare."""

import csv
from collections import defaultdict

from dbt_builds import PROJECT
from mutate import EXPLAINED, KEY
from mutation.operators import mutants


def test_every_fault_explained_can_be_put_into_the_sql_as_it_stands():
    explained = defaultdict(set)
    with EXPLAINED.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            explained[row["path"]].add(tuple(row[name] for name in KEY))
    for path, keys in explained.items():
        text = (PROJECT / path).read_text(encoding="utf-8")
        possible = {
            tuple(str(getattr(mutant, name)) for name in KEY)
            for mutant in mutants(path, text)
        }
        assert keys <= possible, sorted(keys - possible)[0]
