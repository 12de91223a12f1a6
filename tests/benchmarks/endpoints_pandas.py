"""OS and DFS of a delivery in plain, vectorised pandas: what one would write instead.

python tests/benchmarks/endpoints_pandas.py DELIVERY

Who is included, when the follow-up ends, the day and kind of each patient's end, as the
protocol says (P1-P7, P14-P16, P18-P20). What it leaves out: other endpoints and
groupings, partial dates of anything but a death, contradictions, quarantine, findings,
and the record that each verdict rests on.
"""

import sys
from pathlib import Path

import pandas as pd

COUNTRIES = ("FR", "IT", "RU", "ES", "GB")
FIRST_DAY, LAST_DAY = pd.Timestamp("2014-01-01"), pd.Timestamp("2017-06-30")
STUDY_END = pd.Timestamp("2017-12-31")
# Dates that show a patient alive, by table.
CONTACTS = {
    "diagnoses": ["diagnosis_date"],
    "genetic_findings": ["test_date"],
    "therapy_lines": ["start_date", "end_date"],
    "disease_status": ["status_date"],
    "treatment_cycles": ["start_date", "end_date"],
    "marrow_assessments": ["assessment_date"],
    "blood_counts": ["sample_date"],
    "extramedullary_assessments": ["assessment_date"],
    "mrd_assessments": ["sample_date"],
    "relapses": ["relapse_date"],
    "transplants": ["transplant_date"],
    "lymphocyte_infusions": ["infusion_date"],
    "medications": ["start_date", "end_date"],
    "follow_up": ["trial_entry_date"],
}


def read(folder: Path, table: str) -> pd.DataFrame:
    """A table as text, exact copies once."""
    path = folder / f"{table}.parquet"
    if path.exists():
        return pd.read_parquet(path).drop_duplicates()
    return pd.read_csv(folder / f"{table}.csv", dtype=str).drop_duplicates()


def days(texts: pd.Series, *, day: str = "15") -> pd.Series:
    """Dates; a month stands for a day of it, and a year for none."""
    texts = texts.str.strip().where(texts.str.len() != 7, texts + f"-{day}")
    return pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")


def days_of_death(texts: pd.Series, contact: pd.Series) -> pd.Series:
    """The day that stands for a death, not before the last contact (P20)."""
    texts = texts.str.strip()
    first = days(texts.where(texts.str.len() != 4, texts + "-01-01"), day="01")
    last = first.where(texts.str.len() != 7, first + pd.offsets.MonthEnd(0))
    last = last.where(texts.str.len() != 4, first + pd.offsets.YearEnd(0))
    low = pd.concat([first, contact], axis=1).max(axis=1)
    # A month is its 15th, moved into what is possible; a year the middle of it.
    middle = (first + pd.Timedelta(days=14)).clip(lower=low)
    room = (last - low).dt.days
    # Whole numbers: of a NaN, pandas rounds whatever stands in memory.
    half = pd.to_timedelta((room // 2).fillna(0).astype("int64"), "D")
    middle = middle.where(texts.str.len() != 4, low + half)
    return first.where(texts.str.len() == 10, middle.where(room.between(0, 30)))


def last_contacts(tables: dict[str, pd.DataFrame], cutoff: pd.Timestamp) -> pd.Series:
    """The last dated record of each patient by the cut-off."""
    dated = pd.concat(
        pd.DataFrame(
            {
                "patient_id": tables[table]["patient_id"],
                "date": days(tables[table][column], day="01"),
            }
        )
        for table, columns in CONTACTS.items()
        for column in columns
    )
    return dated[dated["date"] <= cutoff].groupby("patient_id")["date"].max()


def included(tables: dict[str, pd.DataFrame], cutoff: pd.Timestamp) -> pd.DataFrame:
    """The patients of the study, with index date and disease group."""
    cycles = tables["treatment_cycles"]
    cycles = cycles.assign(start=days(cycles["start_date"]))[
        (cycles["drug"] == "blinatumomab")
        & (cycles["access_program"] == "expanded_access")
    ]
    index = cycles[cycles["start"] <= cutoff].groupby("patient_id")["start"].min()
    cohort = tables["patients"].merge(index.rename("index_date"), on="patient_id")
    cohort = cohort.merge(tables["diagnoses"], on="patient_id")
    cohort = cohort.merge(tables["disease_status"], on="patient_id")
    tests = tables["genetic_findings"].merge(
        index.rename("index_date"), on="patient_id"
    )
    tested = days(tests["test_date"], day="01")
    is_known = tests["result"].isin(["positive", "negative"])
    of_ph = (tests["marker"] == "bcr_abl1") & ~(tested > tests["index_date"]) & is_known
    born = cohort["birth_date"]
    # An adult whichever day of a partial date is true.
    born = days(born.where(born.str.len() != 4, born + "-12-31"), day="28")
    eighteenth = born + pd.DateOffset(years=18)
    return cohort[
        cohort["index_date"].between(FIRST_DAY, LAST_DAY)
        & cohort["country"].isin(COUNTRIES)
        & (cohort["diagnosis"] == "b_all")
        & (eighteenth <= cohort["index_date"])
        & cohort["consent"].isin(["given", "waived"])
        & (cohort["record_available"] == "yes")
        & cohort["disease_group"].notna()
        & cohort["patient_id"].isin(tests.loc[of_ph, "patient_id"])
    ]


def followed(
    cohort: pd.DataFrame, tables: dict[str, pd.DataFrame], cutoff: pd.Timestamp
) -> pd.DataFrame:
    """The same with death, last contact and end of follow-up."""
    known = cohort[["patient_id", "index_date", "disease_group"]].merge(
        tables["follow_up"], on="patient_id", how="left"
    )
    known["is_dead"] = (known["vital_status"] == "dead") | known["death_date"].notna()
    contact = known["patient_id"].map(last_contacts(tables, cutoff))
    known["contact"] = pd.concat(
        [days(known["last_contact_date"]), contact], axis=1
    ).max(axis=1)
    known["death"] = days_of_death(known["death_date"], known["contact"])
    trial = days(known["trial_entry_date"])
    known["end"] = pd.concat(
        [
            known["death"],
            trial.where(trial >= known["index_date"]),
            known["contact"].where(~known["is_dead"]),
        ],
        axis=1,
    ).min(axis=1)
    known["end"] = known["end"].fillna(STUDY_END).clip(upper=min(STUDY_END, cutoff))
    return known


def relapses(known: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> pd.Series:
    """First relapse after the index date: reported, in the marrow or outside it."""
    marrow = tables["marrow_assessments"]
    outside = tables["extramedullary_assessments"]
    reported = tables["relapses"]
    marrow = marrow.assign(
        date=days(marrow["assessment_date"]),
        blasts=pd.to_numeric(marrow["blast_percent"], errors="coerce"),
    ).merge(known[["patient_id", "index_date"]], on="patient_id")
    before = marrow[(marrow["date"] <= marrow["index_date"]) & marrow["blasts"].notna()]
    at_index = before.sort_values("date").groupby("patient_id")["blasts"].last()
    cleared = marrow[(marrow["date"] > marrow["index_date"]) & (marrow["blasts"] <= 5)]
    remission = known.set_index("patient_id")["index_date"].where(
        ~(known["patient_id"].map(at_index) > 5).to_numpy(),
        cleared.groupby("patient_id")["date"].min(),
    )
    signs = pd.concat(
        [
            marrow.loc[marrow["blasts"] > 5, ["patient_id", "date"]],
            outside.assign(date=days(outside["assessment_date"])).loc[
                outside["involvement"] == "yes", ["patient_id", "date"]
            ],
            reported.assign(date=days(reported["relapse_date"])).loc[
                reported["relapse_type"] != "molecular", ["patient_id", "date"]
            ],
        ]
    )
    after = signs[signs["date"] > signs["patient_id"].map(remission)]
    return after.groupby("patient_id")["date"].min()


def endpoints(folder: Path) -> pd.DataFrame:
    """A row per patient, endpoint and censoring rule that can be evaluated."""
    tables = {name: read(folder, name) for name in ("patients", *CONTACTS)}
    manifest = read(folder, "manifest")
    cutoff = days(manifest["data_cutoff_date"].astype(str)).max()
    known = followed(included(tables, cutoff), tables, cutoff)
    transplants = tables["transplants"]
    allogeneic = transplants[transplants["transplant_type"] == "allogeneic"]
    allogeneic = allogeneic.assign(date=days(allogeneic["transplant_date"])).merge(
        known[["patient_id", "index_date"]], on="patient_id"
    )
    after = allogeneic[allogeneic["date"] >= allogeneic["index_date"]]
    known["hsct"] = known["patient_id"].map(after.groupby("patient_id")["date"].min())
    known["relapse"] = known["patient_id"].map(relapses(known, tables))
    known["is_undated"] = (
        known["is_dead"] & known["death"].isna() & ~(known["contact"] >= known["end"])
    )
    of_dfs = known[known["disease_group"] == "mrd_positive"]
    events = {"os": (known, ["death"]), "dfs": (of_dfs, ["relapse", "death"])}
    rows = []
    for endpoint, (patients, names) in events.items():
        event = patients[names].min(axis=1)
        event = event.where(event <= patients["end"])
        for rule in ("standard", "censored_at_hsct"):
            stop = patients["end"]
            if rule == "censored_at_hsct":
                stop = stop.where(~(patients["hsct"] < stop), patients["hsct"])
            is_event = event <= stop
            is_known = is_event | ~patients["is_undated"] | (stop < patients["end"])
            last = event.where(is_event, stop)
            rows.append(
                pd.DataFrame(
                    {
                        "patient_id": patients["patient_id"],
                        "endpoint": endpoint,
                        "censoring_rule": rule,
                        "time_days": (last - patients["index_date"]).dt.days,
                        "status": is_event.astype(int),
                    }
                )[is_known]
            )
    return pd.concat(rows, ignore_index=True)


if __name__ == "__main__":
    print(len(endpoints(Path(sys.argv[1]))))
