"""Great Expectations' plumbing: tables in, one result per declared expectation out.

expectations/runner.py runs this as a process of its own. It imports Great Expectations,
which takes seconds, while dbt reads and parses the delivery on another core; then it
evaluates what it is sent on its standard input, and answers on its standard output.
"""

import importlib.util
import json
import os
import pickle
import sys
import warnings
from typing import Any

import pandas

from expectations.tables import Columns


def _when_used(package: str, name: str) -> None:
    """Have a package's module imported by the first that asks it for anything."""
    spec = importlib.util.find_spec(f"{package}.{name}")
    assert spec and spec.loader
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    setattr(sys.modules[package], name, module)
    spec.loader.exec_module(module)


# A third of Great Expectations' import, and no suite of these needs it.
_when_used("scipy", "stats")
# Great Expectations reports its use to its makers unless told not to before import.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import great_expectations as gx
    from great_expectations import expectations as gxe
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from expectations.suites import declared_suites

RESULT_COLUMNS = (
    "expectation_id",
    "table_name",
    "column_name",
    "expectation_type",
    "severity",
    "is_evaluated",
    "is_successful",
    "n_evaluated",
    "n_unexpected",
    "files",
    "description",
    "exception",
)


def evaluate(
    tables: dict[str, pandas.DataFrame],
    *,
    suites: dict[str, list[gxe.Expectation]] | None = None,
) -> list[dict[str, Any]]:
    """Evaluate the declared suites on their tables.

    Parameters
    ----------
    tables
        A pandas data frame per table. A declared table that is missing here is too
        large to be judged whole: its expectations are listed as not evaluated. The
        index of a frame names its rows in the results.
    suites
        Expectations by table; the declared ones unless given.

    Returns
    -------
    One row per declared expectation, in the order of declaration. An expectation that
    raised is evaluated and not successful.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("delivery")
    results = []
    for table_name, expectations in (suites or declared_suites()).items():
        rows = [_declared(table_name, expectation) for expectation in expectations]
        if len({row["expectation_id"] for row in rows}) < len(rows):
            raise ValueError(f"{table_name} declares two expectations of one id")
        if table_name in tables:
            found = _validated(context, source, table_name, expectations, tables)
            if found.keys() != {row["expectation_id"] for row in rows}:
                raise ValueError(f"{table_name}: not every expectation was evaluated")
            for row in rows:
                row.update(found[row["expectation_id"]])
        results.extend(rows)
    return results


def _declared(table_name: str, expectation: gxe.Expectation) -> dict[str, Any]:
    return dict.fromkeys(RESULT_COLUMNS) | {
        "expectation_id": expectation.meta["id"],
        "table_name": table_name,
        "column_name": getattr(expectation, "column", None),
        "expectation_type": expectation.expectation_type,
        "severity": expectation.severity.value,
        "is_evaluated": False,
        "description": expectation.description,
    }


def _validated(
    context: Any,
    source: Any,
    table_name: str,
    expectations: list[gxe.Expectation],
    tables: dict[str, pandas.DataFrame],
) -> dict[str, dict]:
    frame = tables[table_name]
    suite = gx.ExpectationSuite(name=table_name)
    for expectation in expectations:
        suite.add_expectation(expectation)
    batch = (
        source.add_dataframe_asset(table_name)
        .add_batch_definition_whole_dataframe("whole")
        .get_batch(batch_parameters={"dataframe": frame.reset_index(drop=True)})
    )
    validated = batch.validate(suite, result_format={"result_format": "COMPLETE"})
    return {
        result.expectation_config.meta["id"]: _found(result, frame)
        for result in validated.results
    }


def _found(result: Any, frame: pandas.DataFrame) -> dict[str, Any]:
    raised = [
        entry.get("exception_message")
        for entry in result.exception_info.values()
        if isinstance(entry, dict)
    ]
    positions = result.result.get("unexpected_index_list") or []
    return {
        "is_evaluated": True,
        "is_successful": bool(result.success) and not raised,
        "n_evaluated": result.result.get("element_count", len(frame)),
        "n_unexpected": result.result.get("unexpected_count"),
        "files": ", ".join(str(frame.index[int(p)]) for p in positions)
        if frame.index.name == "table_name"
        else None,
        "exception": raised[0] if raised else None,
    }


def as_frames(tables: dict[str, Columns]) -> dict[str, pandas.DataFrame]:
    """Data frames of what `tables_to_judge` read; of the counts, a column per rule."""
    frames = {name: pandas.DataFrame(columns) for name, columns in tables.items()}
    frames["rule_counts"] = frames["rule_counts"].pivot(
        index="table_name", columns="rule_id", values="n_records"
    )
    frames["reconciliation"] = frames["reconciliation"].set_index("table_name")
    return frames


def main() -> None:
    """Evaluate the pickled tables of standard input; answer in JSON."""
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Whatever a library prints is no answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    results = evaluate(as_frames(pickle.load(sys.stdin.buffer)))
    json.dump(results, answer, default=int)
    answer.close()


if __name__ == "__main__":
    main()
