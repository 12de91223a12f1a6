"""Builds that several test modules read: each is made once."""

import pytest
from dbt_builds import BMT_VARIABLES, DELIVERIES, Build, build


@pytest.fixture(scope="session")
def bmt(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The real patients (tests/deliveries/bmt), built and published."""
    made = build(
        DELIVERIES / "bmt" / "delivery",
        tmp_path_factory.mktemp("bmt"),
        variables=BMT_VARIABLES,
    )
    assert made.exit_code == 0, made.output
    return made
