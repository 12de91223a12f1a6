"""The summaries in SQL: exact limits and SAS's quantiles, against other libraries."""

import random
import time

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

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


def exact_limits(numerator, denominator):
    """Clopper-Pearson by the quantiles of the beta distribution."""
    low = beta.ppf(0.025, numerator, denominator - numerator + 1)
    high = beta.ppf(0.975, numerator + 1, denominator - numerator)
    return (
        0.0 if numerator == 0 else low,
        1.0 if numerator == denominator else high,
    )


def summarised(sql, shares):
    """Response_summary of (numerator, denominator) pairs, in their order."""
    counted = pd.DataFrame(shares, columns=["numerator", "denominator"])
    for place, column in enumerate(("population", "subset", "response_window")):
        counted.insert(place, column, "all")
    counted.insert(3, "measure", [f"{number:06}" for number in range(len(shares))])
    patients = range(max(denominator for _, denominator in shares))
    cohort = pd.DataFrame({"patient_id": map(str, patients), "is_included": True})
    return made(
        sql,
        {"intermediate.response_counts": counted, "marts.cohort": cohort},
    ).sort_values("measure")


def test_limits_are_those_of_the_beta_distribution(bmt):
    generator = random.Random(4)
    shares = [(part, whole) for whole in range(1, 31) for part in range(whole + 1)]
    shares += [(generator.randint(0, 249), 249) for _ in range(40)]
    shares += [
        (part, whole)
        for whole in (1_000, 20_000)
        for part in (0, 1, whole // 2, whole - 1, whole)
    ]
    found = summarised(bmt.model("response_summary"), shares)
    wanted = np.array([exact_limits(*share) for share in shares])
    assert len(found) == len(shares)
    assert np.abs(found["ci_low"] / 100 - wanted[:, 0]).max() < 1e-11
    assert np.abs(found["ci_high"] / 100 - wanted[:, 1]).max() < 1e-11


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
def test_limits_worked_by_hand(bmt, numerator, denominator, low, high):
    (row,) = summarised(
        bmt.model("response_summary"), [(numerator, denominator)]
    ).to_dict("records")
    for found, wanted in ((row["ci_low"], low), (row["ci_high"], high)):
        assert wanted is None or found == pytest.approx(100 * wanted, abs=1e-10)


def test_limits_of_a_large_study_take_no_time(bmt):
    shares = [(part, 100_000) for part in range(1, 100_000, 500)]
    started = time.process_time()
    summarised(bmt.model("response_summary"), shares)
    assert time.process_time() - started < 20


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
