"""Builds that several test modules read: each is made once, whoever asks first."""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from building.apart import spare_parsing
from dbt_builds import BMT_VARIABLES, DELIVERIES, PROJECT, Build, build

# What a module that builds takes from its neighbours, or has for a fixture.
BUILDERS = {"build", "built", "build_apart", "gate", "project_copy", "Warehouse"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that build come first: the last to be handed out is a short one."""
    builders = {
        item.path
        for item in items
        if BUILDERS & {*vars(item.module), *getattr(item, "fixturenames", ())}
    }
    items.sort(key=lambda item: item.path not in builders)


@pytest.fixture(scope="session", autouse=True)
def no_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Reports are tested without what dbt may have left in the developer's target."""
    with pytest.MonkeyPatch.context() as patch:
        target = tmp_path_factory.mktemp("target")
        spare_parsing(target)
        patch.setenv("DBT_TARGET_PATH", str(target))
        yield


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Build]:
    """Whole builds by delivery and variables, published; each is made once.

    What one leaves lies in a folder that all processes of the run see. All of a process
    are made in one folder, and what they leave is copied out of it.
    """
    folder = tmp_path_factory.mktemp("builds")
    is_alone = "PYTEST_XDIST_WORKER" not in os.environ
    base = tmp_path_factory.getbasetemp()
    shared = (base if is_alone else base.parent) / "shared_builds"
    shared.mkdir(exist_ok=True)

    def made(delivery: Path, variables: dict | None = None, study: str = "") -> Build:
        key = json.dumps([str(delivery), variables or {}, study], sort_keys=True)
        own = shared / sha256(key.encode()).hexdigest()[:16]
        left = Build(own / "warehouse.duckdb", own / "compiled", 0, "")
        with own.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (own / "output.txt").exists():
                one = build(delivery, folder / "work", variables=variables, study=study)
                assert one.exit_code == 0, one.output
                own.mkdir()
                # Moved, so that none is compared with another of these.
                shutil.move(one.warehouse, left.warehouse)
                shutil.copytree(one.compiled, left.compiled)
                shutil.copyfile(one.manifest, left.manifest)
                (own / "output.txt").write_text(one.output, encoding="utf-8")
        return replace(left, output=(own / "output.txt").read_text(encoding="utf-8"))

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
