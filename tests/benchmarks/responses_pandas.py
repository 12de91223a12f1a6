"""Remissions, MRD responses and relapses in pandas: see endpoints_pandas.py."""

import pandas as pd
import study_protocol as protocol

Tables = dict[str, pd.DataFrame]
PATIENT_DAY = ["patient_id", "date"]
OWN = [*PATIENT_DAY, "index_date", "end"]
COUNTS = ["platelets_giga_per_l", "neutrophils_giga_per_l"]


def involved(findings: pd.DataFrame) -> pd.DataFrame:
    """Disease found outside the marrow, with the day a later finding denies it (P8)."""
    found = findings[findings["involvement"] == "yes"].reset_index(drop=True)
    found = found[["patient_id", "date", "site"]].reset_index(names="finding")
    denied = findings[findings["involvement"] == "no"]
    pairs = found.merge(denied, on="patient_id", suffixes=("", "_denied"))
    is_of_site = (pairs["site_denied"] == pairs["site"]) | (
        pairs["site_denied"] == "any"
    )
    is_later = pairs["date_denied"] > pairs["date"]
    until = pairs[is_of_site & is_later].groupby("finding")["date_denied"].min()
    return found.assign(until=found["finding"].map(until))


def with_counts(clear: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Marrows with each count nearest to them, of two as near the later (P8)."""
    near = clear[[*PATIENT_DAY, "end"]].merge(
        counts[[*PATIENT_DAY, *COUNTS]], on="patient_id", suffixes=("", "_counted")
    )
    gap = (near["date_counted"] - near["date"]).dt.days
    is_near = gap.between(-protocol.NEAR, protocol.NEAR)
    near = near.assign(gap=gap.abs())[is_near & (near["date_counted"] <= near["end"])]
    near = near.sort_values(["gap", "date_counted"], ascending=[True, False])
    nearest = near.groupby(PATIENT_DAY)[COUNTS].first().apply(pd.to_numeric)
    return clear.merge(nearest.reset_index(), on=PATIENT_DAY)


def graded(clear: pd.DataFrame, records: Tables) -> pd.DataFrame:
    """Those of the marrows without disease that are a CR, CRh or CRi (P8)."""
    counted = with_counts(clear, records["blood_counts"])
    platelets, neutrophils = (counted[count] for count in COUNTS)
    is_crh = (platelets > 50) & (neutrophils > 0.5)
    counted = counted[is_crh | (platelets > 100) | (neutrophils > 1)]
    until = counted["date"] + pd.Timedelta(days=protocol.NEAR)
    judged = counted.assign(judged=until.where(until <= counted["end"], counted["end"]))
    pairs = judged[[*PATIENT_DAY, "judged"]].merge(
        involved(records["extramedullary_assessments"]),
        on="patient_id",
        suffixes=("", "_found"),
    )
    is_involved = (pairs["date_found"] <= pairs["judged"]) & ~(
        pairs["until"] <= pairs["judged"]
    )
    with_disease = pd.MultiIndex.from_frame(pairs.loc[is_involved, PATIENT_DAY])
    is_clear = ~pd.MultiIndex.from_frame(judged[PATIENT_DAY]).isin(with_disease)
    return judged[is_clear]


def signs(known: pd.DataFrame, records: Tables) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Signs of remission and of disease, each on its day, by the end of follow-up."""
    blasts = pd.to_numeric(records["marrow_assessments"]["blast_percent"])
    marrow = records["marrow_assessments"].assign(blasts=blasts)
    outside, reported = records["extramedullary_assessments"], records["relapses"]
    is_before = marrow["date"] <= marrow["index_date"]
    before = marrow[is_before & marrow["blasts"].notna()].sort_values("date")
    at_index = known["patient_id"].map(before.groupby("patient_id")["blasts"].last())
    starts = known[
        (known["disease_group"] == protocol.MRD_POSITIVE)
        & ~(at_index > protocol.MOST_BLASTS)
    ]
    after = marrow[~is_before & (marrow["date"] <= marrow["end"])]
    clear = after[after["blasts"] <= protocol.MOST_BLASTS]
    is_mrd_positive = clear["disease_group"] == protocol.MRD_POSITIVE
    remissions = pd.concat(
        [
            starts.assign(date=starts["index_date"])[OWN],
            clear.loc[is_mrd_positive, OWN],
            graded(clear[~is_mrd_positive], records)[OWN],
        ]
    )
    disease = pd.concat(
        [
            after.loc[after["blasts"] > protocol.MOST_BLASTS, OWN],
            outside.loc[outside["involvement"] == "yes", OWN],
            reported.loc[reported["relapse_type"] != "molecular", OWN],
        ]
    )
    is_after = disease["date"] > disease["index_date"]
    return remissions, disease[is_after & (disease["date"] <= disease["end"])]


def spells(remissions: pd.DataFrame, disease: pd.DataFrame) -> pd.DataFrame:
    """A row per remission: first and last day, and the relapse that ends it (P8a)."""
    signed = pd.concat(
        [
            remissions.assign(in_remission=1, with_disease=0),
            disease.assign(in_remission=0, with_disease=1),
        ]
    )
    shown = signed.groupby(PATIENT_DAY, as_index=False).max()
    # A sign of one kind settles the state; both on one day turn it round.
    is_settled = shown["in_remission"] != shown["with_disease"]
    patient = shown["patient_id"]
    settled = shown["in_remission"].where(is_settled).groupby(patient).ffill().fillna(0)
    part = is_settled.groupby(patient).cumsum()
    turns = (~is_settled).groupby([patient, part]).cumsum()
    state = (settled + turns) % 2
    is_change = state != state.groupby(patient).shift(fill_value=0)
    changes = shown.assign(state=state)[is_change]
    relapse = changes.groupby("patient_id")["date"].shift(-1)
    last = (relapse - pd.Timedelta(days=1)).fillna(changes["end"])
    found = changes.assign(first=changes["date"], relapse=relapse, last=last)
    return found.loc[found["state"] == 1, ["patient_id", "first", "last", "relapse"]]


def mrd_responses(samples: pd.DataFrame) -> pd.DataFrame:
    """Samples without MRD, or with less than the limit, by an adequate assay (P10)."""
    is_adequate = pd.to_numeric(samples["sensitivity"]) <= protocol.MRD_LIMIT
    is_less = samples["result"].isin(["undetectable", "below_quantifiable"]) | (
        (samples["result"] == "quantifiable")
        & (pd.to_numeric(samples["mrd_level"]) < protocol.MRD_LIMIT)
    )
    return samples[is_adequate & is_less]


def responded(known: pd.DataFrame, records: Tables) -> pd.DataFrame:
    """The patients with remission, first response, relapse, and state at HSCT."""
    remissions, disease = signs(known, records)
    in_remission = spells(remissions, disease)
    window = known["index_date"] + pd.Timedelta(days=protocol.WINDOW)
    # A response counts up to the day of a transplant or other therapy.
    cuts = [window, known["hsct"], known["cytotoxic_therapy"], known["end"]]
    last_response = pd.concat(cuts, axis=1).min(axis=1)
    first = known["patient_id"].map(remissions.groupby("patient_id")["date"].min())
    known["remission"] = first.where(first <= last_response)
    samples = mrd_responses(records["mrd_assessments"])
    samples = samples[samples["date"] > samples["index_date"]]
    samples = samples.merge(in_remission, on="patient_id")
    samples = samples[samples["date"].between(samples["first"], samples["last"])]
    first = known["patient_id"].map(samples.groupby("patient_id")["date"].min())
    is_mrd_positive = known["disease_group"] == protocol.MRD_POSITIVE
    known["first_response"] = known["remission"].where(
        ~is_mrd_positive, first.where(first <= last_response)
    )
    spans = in_remission.groupby("patient_id")[["first", "relapse"]].min()
    known["relapse"] = known["patient_id"].map(spans["relapse"])
    at_hsct = in_remission.merge(known[["patient_id", "hsct"]], on="patient_id")
    at_hsct = at_hsct[at_hsct["hsct"].between(at_hsct["first"], at_hsct["last"])]
    at_hsct = at_hsct.set_index("patient_id")
    known["hsct_in_remission"] = known["patient_id"].map(at_hsct["hsct"])
    known["relapse_after_hsct"] = known["patient_id"].map(at_hsct["relapse"])
    reported = records["relapses"]
    undated = reported[
        (reported["relapse_type"] != "molecular") & reported["date"].isna()
    ]
    # It can have ended a remission only of who was in one before the last day.
    known["is_relapse_undated"] = known["patient_id"].isin(undated["patient_id"]) & (
        known["patient_id"].map(spans["first"]) < known["end"]
    )
    return known
