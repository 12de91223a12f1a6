"""Builds that several test modules read: each is made once."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from dbt_builds import BMT_VARIABLES, DELIVERIES, PROJECT, Build, build


@pytest.fixture(scope="session", autouse=True)
def no_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Reports are tested without what dbt may have left in the developer's target."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_TARGET_PATH", str(tmp_path_factory.mktemp("target")))
        yield


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Build]:
    """Whole builds by delivery and variables, published; each is made once.

    All are made in one folder, as dbt parses anew whenever a path changes, and what
    they leave is copied out of it.
    """
    folder = tmp_path_factory.mktemp("builds")
    builds: dict[tuple[str, str, str], Build] = {}

    def made(delivery: Path, variables: dict | None = None, study: str = "") -> Build:
        key = (str(delivery), json.dumps(variables or {}, sort_keys=True), study)
        if key not in builds:
            result = build(delivery, folder / "work", variables=variables, study=study)
            assert result.exit_code == 0, result.output
            own = folder / str(len(builds))
            own.mkdir()
            # Moved, so that none is compared with another of these.
            warehouse = shutil.move(result.warehouse, own / "warehouse.duckdb")
            compiled = shutil.copytree(result.compiled, own / "compiled")
            shutil.copyfile(result.manifest, own / "manifest.json")
            builds[key] = replace(result, warehouse=warehouse, compiled=compiled)
        return builds[key]

    (folder / "work").mkdir()
    return made


@pytest.fixture(scope="session")
def bmt(built: Callable[..., Build]) -> Build:
    """The real patients (tests/deliveries/bmt), built and published."""
    return built(DELIVERIES / "bmt" / "delivery", BMT_VARIABLES)


@pytest.fixture(scope="session")
def bmt_study(built: Callable[..., Build]) -> Build:
    """The study of the real patients (seeds/bmt), built and published."""
    return built(PROJECT / "dbt_project" / "deliveries" / "bmt", study="bmt")


@pytest.fixture(scope="session")
def edges(built: Callable[..., Build]) -> Build:
    """The hand-made delivery of edges, built and published."""
    return built(DELIVERIES / "edges" / "delivery")


@pytest.fixture(scope="session")
def example(built: Callable[..., Build]) -> Build:
    """The example delivery, built and published."""
    return built(PROJECT / "dbt_project" / "deliveries" / "example")
