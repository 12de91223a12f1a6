"""Ages and intervals with the printed quartiles."""

from __future__ import annotations

from random import Random

from . import table_one as published
from .quantiles import climb


def ages(rng: Random, sizes: dict[str, int]) -> dict[str, list[int]]:
    """Ages by population that meet the printed quartiles."""

    def age() -> int:
        return rng.randint(18, 78)

    wanted = published.AGE_QUARTILES
    mrd = climb(
        groups=[sizes["mrd_pos_ph_neg"], sizes["mrd_pos_ph_pos"]],
        draw=age,
        targets={
            (0,): wanted["mrd_pos_ph_neg"],
            (1,): wanted["mrd_pos_ph_pos"],
            (0, 1): wanted["mrd_pos"],
        },
        scale=1,
        tolerance=0,
        rng=rng,
    )
    drawn = dict(zip(("mrd_pos_ph_neg", "mrd_pos_ph_pos"), mrd, strict=True))
    for population in ("rr_ph_neg", "rr_ph_pos"):
        drawn[population] = climb(
            groups=[sizes[population]],
            draw=age,
            targets={(0,): wanted[population]},
            scale=1,
            tolerance=0,
            rng=rng,
        )[0]
    return {name: [max(18, v) for v in values] for name, values in drawn.items()}


def prior_hsct_days(rng: Random) -> dict[str, list[int]]:
    """Days from the last transplant to the index date, by population."""

    def interval() -> int:
        return round(30.5 * rng.lognormvariate(2.4, 0.9)) + 40

    wanted, sizes = published.PRIOR_HSCT_MONTHS, published.PRIOR_HSCT
    mrd = climb(
        groups=[sizes["mrd_pos_ph_neg"], sizes["mrd_pos_ph_pos"]],
        draw=interval,
        targets={
            (0,): wanted["mrd_pos_ph_neg"],
            (1,): wanted["mrd_pos_ph_pos"],
            (0, 1): wanted["mrd_pos"],
        },
        scale=30.5,
        tolerance=0.05,
        rng=rng,
    )
    drawn = dict(zip(("mrd_pos_ph_neg", "mrd_pos_ph_pos"), mrd, strict=True))
    for population in ("rr_ph_neg", "rr_ph_pos"):
        drawn[population] = climb(
            groups=[sizes[population]],
            draw=interval,
            targets={(0,): wanted[population]},
            scale=30.5,
            tolerance=0.05,
            rng=rng,
        )[0]
    return drawn
