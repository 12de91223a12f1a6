"""Remissions, MRD responses and relapses in polars: see responses_pandas.py."""

import polars as pl
import study_protocol as protocol

Tables = dict[str, pl.LazyFrame]
PATIENT_DAY = ("patient_id", "date")
OWN = (*PATIENT_DAY, "index_date", "end")
COUNTS = ("platelets_giga_per_l", "neutrophils_giga_per_l")


def involved(findings: pl.LazyFrame) -> pl.LazyFrame:
    """Disease found outside the marrow, with the day a later finding denies it (P8)."""
    found = findings.filter(involvement="yes").select(
        "patient_id", "site", found="date"
    )
    denied = findings.filter(involvement="no").select(
        "patient_id", denied="date", denied_site="site"
    )
    is_of_site = (pl.col("denied_site") == pl.col("site")) | (
        pl.col("denied_site") == "any"
    )
    until = (
        found.join(denied, on="patient_id")
        .filter(is_of_site, pl.col("denied") > pl.col("found"))
        .group_by("patient_id", "site", "found")
        .agg(until=pl.col("denied").min())
    )
    return found.join(until, on=["patient_id", "site", "found"], how="left")


def with_counts(clear: pl.LazyFrame, counts: pl.LazyFrame) -> pl.LazyFrame:
    """Marrows with each count nearest to them, of two as near the later (P8)."""
    counted = pl.col("counted")
    gap = (counted - pl.col("date")).dt.total_days().abs()
    near = (
        clear.join(
            counts.select("patient_id", pl.col(COUNTS), counted="date"), on="patient_id"
        )
        .filter(gap <= protocol.NEAR, counted <= pl.col("end"))
        .sort(gap, counted, descending=[False, True])
    )
    return near.group_by(OWN, maintain_order=True).agg(
        pl.col(COUNTS).cast(pl.Float64).drop_nulls().first()
    )


def graded(clear: pl.LazyFrame, records: Tables) -> pl.LazyFrame:
    """Those of the marrows without disease that are a CR, CRh or CRi (P8)."""
    platelets, neutrophils = map(pl.col, COUNTS)
    is_crh = (platelets > 50) & (neutrophils > 0.5)
    judged = (
        with_counts(clear, records["blood_counts"])
        .filter(is_crh | (platelets > 100) | (neutrophils > 1))
        .with_columns(
            judged=pl.min_horizontal(
                pl.col("date").dt.offset_by(f"{protocol.NEAR}d"), "end"
            )
        )
    )
    until = pl.col("until")
    with_disease = judged.join(
        involved(records["extramedullary_assessments"]), on="patient_id"
    ).filter(
        pl.col("found") <= pl.col("judged"),
        until.is_null() | (until > pl.col("judged")),
    )
    return judged.join(with_disease, on=PATIENT_DAY, how="anti")


def signs(known: pl.LazyFrame, records: Tables) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Signs of remission and of disease, each on its day, by the end of follow-up."""
    blasts = pl.col("blasts")
    is_mrd_positive = pl.col("disease_group") == protocol.MRD_POSITIVE
    marrow = records["marrow_assessments"].with_columns(
        blasts=pl.col("blast_percent").cast(pl.Float64)
    )
    is_before = pl.col("date") <= pl.col("index_date")
    with_blasts = (
        marrow.filter(is_before, blasts.is_not_null())
        .group_by("patient_id")
        .agg(blasts.sort_by("date").last())
        .filter(blasts > protocol.MOST_BLASTS)
    )
    starts = known.filter(is_mrd_positive).join(
        with_blasts, on="patient_id", how="anti"
    )
    after = marrow.filter(~is_before, pl.col("date") <= pl.col("end"))
    clear = after.filter(blasts <= protocol.MOST_BLASTS)
    remissions = pl.concat(
        [
            starts.with_columns(date="index_date").select(OWN),
            clear.filter(is_mrd_positive).select(OWN),
            graded(clear.filter(~is_mrd_positive), records).select(OWN),
        ]
    )
    outside = records["extramedullary_assessments"].filter(involvement="yes")
    reported = records["relapses"].filter(pl.col("relapse_type") != "molecular")
    disease = pl.concat(
        [
            after.filter(blasts > protocol.MOST_BLASTS).select(OWN),
            outside.select(OWN),
            reported.select(OWN),
        ]
    ).filter(~is_before, pl.col("date") <= pl.col("end"))
    return remissions, disease


def spells(remissions: pl.LazyFrame, disease: pl.LazyFrame) -> pl.LazyFrame:
    """A row per remission: first and last day, and the relapse that ends it (P8a)."""
    signed = pl.concat(
        [
            remissions.with_columns(in_remission=1, with_disease=0),
            disease.with_columns(in_remission=0, with_disease=1),
        ]
    )
    state, in_remission = pl.col("state"), pl.col("in_remission")
    # A sign of one kind settles the state; both on one day turn it round.
    is_settled = in_remission != pl.col("with_disease")
    settled = pl.when(is_settled).then(in_remission).forward_fill().over("patient_id")
    part = is_settled.cum_sum().over("patient_id")
    turns = (~is_settled).cum_sum().over("patient_id", "part")
    relapse = pl.col("date").shift(-1).over("patient_id")
    return (
        signed.group_by(PATIENT_DAY)
        .agg(pl.col("end", "in_remission", "with_disease").max())
        .sort(PATIENT_DAY)
        .with_columns(part=part)
        .with_columns(state=(settled.fill_null(0) + turns) % 2)
        .filter(state != state.shift(fill_value=0).over("patient_id"))
        .with_columns(relapse=relapse)
        .filter(state == 1)
        .select(
            "patient_id",
            "relapse",
            first="date",
            last=pl.coalesce(pl.col("relapse").dt.offset_by("-1d"), "end"),
        )
    )


def mrd_responses(samples: pl.LazyFrame) -> pl.LazyFrame:
    """Samples without MRD, or with less than the limit, by an adequate assay (P10)."""
    is_less = pl.col("result").is_in(["undetectable", "below_quantifiable"]) | (
        (pl.col("result") == "quantifiable")
        & (pl.col("mrd_level").cast(pl.Float64) < protocol.MRD_LIMIT)
    )
    is_adequate = pl.col("sensitivity").cast(pl.Float64) <= protocol.MRD_LIMIT
    return samples.filter(is_adequate, is_less)


def responded(known: pl.LazyFrame, records: Tables) -> pl.LazyFrame:
    """The patients with remission, first response, relapse, and state at HSCT."""
    shown = pl.collect_all(signs(known, records))
    remissions, disease = (found.lazy() for found in shown)
    in_remission = spells(remissions, disease).collect().lazy()
    day = pl.col("date")
    within = day.is_between("first", "last")
    first_remissions = remissions.group_by("patient_id").agg(remission=day.min())
    first_mrd = (
        mrd_responses(records["mrd_assessments"])
        .filter(day > pl.col("index_date"))
        .join(in_remission, on="patient_id")
        .filter(within)
        .group_by("patient_id")
        .agg(mrd_response=day.min())
    )
    spans = in_remission.group_by("patient_id").agg(pl.col("first", "relapse").min())
    at_hsct = (
        known.select("patient_id", hsct_in_remission="hsct")
        .join(in_remission, on="patient_id")
        .filter(pl.col("hsct_in_remission").is_between("first", "last"))
        .select("patient_id", "hsct_in_remission", relapse_after_hsct="relapse")
    )
    undated = records["relapses"].filter(
        pl.col("relapse_type") != "molecular", day.is_null()
    )
    undated = undated.select("patient_id", has_undated=True).unique()
    for found in (first_remissions, first_mrd, spans, at_hsct, undated):
        known = known.join(found, on="patient_id", how="left")
    # A response counts up to the day of a transplant or other therapy.
    window = pl.col("index_date").dt.offset_by(f"{protocol.WINDOW}d")
    last_response = pl.min_horizontal(window, "hsct", "cytotoxic_therapy", "end")
    is_mrd_positive = pl.col("disease_group") == protocol.MRD_POSITIVE
    response = pl.when(is_mrd_positive).then("mrd_response").otherwise("remission")
    return known.with_columns(
        remission=pl.when(pl.col("remission") <= last_response).then("remission"),
        first_response=pl.when(response <= last_response).then(response),
        # It can have ended a remission only of who was in one before the last day.
        is_relapse_undated=(
            pl.col("has_undated") & (pl.col("first") < pl.col("end"))
        ).fill_null(False),
    )
