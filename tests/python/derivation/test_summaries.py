"""The summaries in SQL: exact limits and SAS's quantiles, against other libraries."""

import random

import duckdb
import numpy as np
import pandas as pd
import pytest
from mart_rows import mart_rows
from scipy.stats import beta, binom
from survival.proportions import exact_limits

POPULATION = {"population": "all", "disease_group": None, "ph_status": None}


def made(sql, tables):
    """What a compiled model makes of other tables.

    Parameters
    ----------
    sql : str
        The compiled model.
    tables : dict of str to DataFrame
        By schema and name, as the model reads them.
    """
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse")
        for schema in ("definitions", "intermediate", "marts"):
            connection.execute(f"create schema warehouse.{schema}")
        for name, frame in tables.items():
            connection.register("frame", frame)
            connection.execute(f"create table warehouse.{name} as select * from frame")
        return connection.execute(sql).df()


def quantiles_of_beta(numerator, denominator):
    """Clopper-Pearson by the quantiles of the beta distribution."""
    low = beta.ppf(0.025, numerator, denominator - numerator + 1)
    high = beta.ppf(0.975, numerator + 1, denominator - numerator)
    return (
        0.0 if numerator == 0 else low,
        1.0 if numerator == denominator else high,
    )


def test_limits_are_those_of_the_beta_distribution(example):
    shares = mart_rows(
        example.warehouse,
        "response_summary",
        ["numerator", "denominator", "ci_low", "ci_high"],
    )
    known = [row for row in shares if row["denominator"]]
    assert len(known) > 500
    for row in known:
        low, high = quantiles_of_beta(row["numerator"], row["denominator"])
        assert row["ci_low"] == pytest.approx(100 * low, abs=1e-9)
        assert row["ci_high"] == pytest.approx(100 * high, abs=1e-9)
    assert all(row["ci_low"] is None for row in shares if not row["denominator"])


@pytest.mark.parametrize("denominator", [1, 2, 30, 249, 20_000, 1_000_000])
def test_limits_leave_the_tails_they_promise(denominator):
    for numerator in {0, 1, denominator // 3, denominator - 1, denominator}:
        low, high = exact_limits(numerator, denominator)
        tails = (
            binom.sf(numerator - 1, denominator, low),
            binom.cdf(numerator, denominator, high),
        )
        assert numerator == 0 or tails[0] == pytest.approx(0.025, rel=1e-8)
        assert numerator == denominator or tails[1] == pytest.approx(0.025, rel=1e-8)


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [
        (0, 2, 0, 1 - 0.025**0.5),  # (1 - p)^2 = 0.025
        (2, 2, 0.025**0.5, 1),  # p^2 = 0.025
        (1, 2, 1 - 0.975**0.5, 0.975**0.5),  # 1 - (1 - p)^2 = 0.025
        (1, 3, 1 - 0.975 ** (1 / 3), None),  # 1 - (1 - p)^3 = 0.025
        (2, 3, None, 0.975 ** (1 / 3)),  # 1 - p^3 = 0.025
    ],
)
def test_limits_worked_by_hand(numerator, denominator, low, high):
    for found, wanted in zip(
        exact_limits(numerator, denominator), (low, high), strict=True
    ):
        assert wanted is None or found == pytest.approx(wanted, abs=1e-13)


def test_nobody_has_no_limits():
    assert exact_limits(0, 0) == (None, None)


def test_quantiles_are_of_type_2(bmt):
    generator = random.Random(2)
    groups = {
        f"group_{size:02}": [generator.randint(0, 9) / 2 for _ in range(size)]
        for size in range(1, 26)
    }
    grouped, characteristics = [], []
    for group, values in groups.items():
        for number, value in enumerate(values):
            patient = f"{group}_{number}"
            grouped.append(("all", group, "any", patient))
            characteristics.append((patient, "age_years", "all", value))
    found = made(
        bmt.model("table_one"),
        {
            "definitions.populations": pd.DataFrame([POPULATION]).astype("string"),
            "definitions.summary_subsets": pd.DataFrame(
                {"mart": "table_one", "subset": list(groups), "disease_group": ""}
            ).replace({"disease_group": {"": None}}),
            "definitions.table_one_levels": pd.DataFrame(
                {
                    "variable": ["age_years"],
                    "level": "all",
                    "kind": "quantity",
                    "disease_group": None,
                }
            ).astype("string"),
            "intermediate.subset_members": pd.DataFrame(
                grouped,
                columns=["population", "subset", "response_window", "patient_id"],
            ),
            "intermediate.member_profiles": pd.DataFrame(
                [(patient, patient) for *_, patient in grouped],
                columns=["patient_id", "representative_id"],
            ),
            "intermediate.table_one_values": pd.DataFrame(
                characteristics,
                columns=["patient_id", "variable", "level", "quantity"],
            ),
        },
    )
    quantiles = found.pivot(index="subset", columns="statistic", values="value")
    for group, values in groups.items():
        for statistic, q in (("iqr_low", 0.25), ("median", 0.5), ("iqr_high", 0.75)):
            wanted = np.quantile(values, q, method="averaged_inverted_cdf")
            assert quantiles.loc[group, statistic] == wanted, (group, statistic)
        assert quantiles.loc[group, "min"] == min(values)
        assert quantiles.loc[group, "max"] == max(values)
