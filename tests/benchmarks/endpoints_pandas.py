"""The study's endpoints in plain, vectorised pandas: what one would write instead.

python tests/benchmarks/endpoints_pandas.py DELIVERY

Who is included, when the follow-up ends, remissions, responses and relapses, the day
and kind of each patient's end, as the protocol says (P1-P10, P14-P21, P24, P25). What
it leaves out: groupings, partial dates of anything but a death (a month is its 15th, a
year none), who was born on 29 February and turns 18 on 1 March, tables that this study
does not collect, contradictions, quarantine, findings, and the record that each verdict
rests on.
"""

import sys
from pathlib import Path

import pandas as pd
import study_protocol as protocol
from responses_pandas import responded

Tables = dict[str, pd.DataFrame]
FIRST_DAY, LAST_DAY, STUDY_END = map(
    pd.Timestamp, (protocol.FIRST_DAY, protocol.LAST_DAY, protocol.STUDY_END)
)


def read(folder: Path, table: str) -> pd.DataFrame:
    """A table as text, exact copies once."""
    path = folder / f"{table}.parquet"
    if path.exists():
        return pd.read_parquet(path).drop_duplicates()
    return pd.read_csv(folder / f"{table}.csv", dtype=str).drop_duplicates()


def first_days(texts: pd.Series) -> pd.Series:
    """The first day that a date may be of: of a month, or of a year."""
    whole = (texts.str.strip() + "-01-01").str[:10]
    return pd.to_datetime(whole, format="%Y-%m-%d", errors="coerce")


def last_days(texts: pd.Series) -> pd.Series:
    """The last day that a date may be of."""
    first, size = first_days(texts), texts.str.strip().str.len()
    last = first.where(size != 7, first + pd.offsets.MonthEnd(0))
    return last.where(size != 4, first + pd.offsets.YearEnd(0))


def days(texts: pd.Series) -> pd.Series:
    """Dates; a month stands for its 15th, and a year for none."""
    first, size = first_days(texts), texts.str.strip().str.len()
    return first.where(size != 7, first + pd.Timedelta(days=14)).where(size != 4)


def last_contacts(tables: Tables, cutoff: pd.Timestamp) -> pd.Series:
    """The last dated record of each patient by the cut-off."""
    dated = pd.concat(
        pd.DataFrame(
            {
                "patient_id": tables[table]["patient_id"],
                "date": first_days(tables[table][column]),
            }
        )
        for table, columns in protocol.CONTACTS.items()
        for column in columns
    )
    return dated[dated["date"] <= cutoff].groupby("patient_id")["date"].max()


def included(tables: Tables, cutoff: pd.Timestamp) -> pd.DataFrame:
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
    is_known = tests["result"].isin(["positive", "negative"])
    is_after = first_days(tests["test_date"]) > tests["index_date"]
    of_ph = (tests["marker"] == "bcr_abl1") & is_known & ~is_after
    # An adult whichever day of a partial date is true.
    eighteenth = last_days(cohort["birth_date"]) + pd.DateOffset(years=18)
    return cohort[
        cohort["index_date"].between(FIRST_DAY, LAST_DAY)
        & cohort["country"].isin(protocol.COUNTRIES)
        & (cohort["diagnosis"] == "b_all")
        & (eighteenth <= cohort["index_date"])
        & cohort["consent"].isin(["given", "waived"])
        & (cohort["record_available"] == "yes")
        & cohort["disease_group"].isin(protocol.ALL_GROUPS)
        & cohort["patient_id"].isin(tests.loc[of_ph, "patient_id"])
    ]


def followed(tables: Tables, cutoff: pd.Timestamp) -> pd.DataFrame:
    """The same with death, last contact and end of follow-up."""
    cohort = included(tables, cutoff)[["patient_id", "index_date", "disease_group"]]
    known = cohort.merge(tables["follow_up"], on="patient_id")
    last_record = known["patient_id"].map(last_contacts(tables, cutoff))
    reported = days(known["last_contact_date"])
    contact = pd.concat([reported, last_record], axis=1).max(axis=1)
    is_dead = (known["vital_status"] == "dead") | known["death_date"].notna()
    # A death is not before the last contact, nor, if that is known, after the cut-off.
    size = known["death_date"].str.strip().str.len()
    first, last = first_days(known["death_date"]), last_days(known["death_date"])
    low = pd.concat([first, contact], axis=1).max(axis=1)
    last = last.where(~(last > cutoff) | (low > cutoff), cutoff)
    # A month is its 15th, moved into what is possible; a year the middle of it.
    room = (last - low).dt.days
    # Whole numbers: of a NaN, pandas rounds whatever stands in memory.
    half = pd.to_timedelta((room // 2).fillna(0).astype("int64"), "D")
    month = (first + pd.Timedelta(days=14)).clip(lower=low, upper=last)
    partial = month.where(size != 4, low + half).where(room.between(0, 30))
    known["death"] = first.where(size == 10, partial)
    trial = days(known["trial_entry_date"])
    ends = [
        known["death"],
        trial.where(trial >= known["index_date"]),
        contact.where(~is_dead),
    ]
    end = pd.concat(ends, axis=1).min(axis=1).fillna(STUDY_END)
    known["end"] = end.clip(upper=min(STUDY_END, cutoff))
    is_after = (contact >= known["end"]) | (low > known["end"])
    known["is_death_undated"] = is_dead & known["death"].isna() & ~is_after
    is_of_relapse = known["death_cause"] == "relapse"
    known["death_from_relapse"] = known["death"].where(is_of_relapse)
    known["death_without_relapse"] = known["death"].where(~is_of_relapse)
    return known


def happened(known: pd.DataFrame, tables: Tables) -> Tables:
    """What happened to these patients, each on its day, beside days of their own."""
    own = known[["patient_id", "disease_group", "index_date", "end"]]
    records = {}
    for table, column in protocol.HAPPENED.items():
        of_known = tables[table][tables[table]["patient_id"].isin(own["patient_id"])]
        dated = of_known.assign(date=days(of_known[column]))
        records[table] = dated.merge(own, on="patient_id")
    return records


def treated(known: pd.DataFrame, records: Tables) -> pd.DataFrame:
    """The same with the first transplant and other therapy after the index date."""
    transplants, lines = records["transplants"], records["therapy_lines"]
    medications = records["medications"]
    salvage = lines[lines["line_type"] == "salvage"]
    cytotoxic = medications[medications["drug_class"] == "cytotoxic"]
    therapies = {
        "hsct": transplants[transplants["transplant_type"] == "allogeneic"],
        "cytotoxic_therapy": pd.concat([salvage, cytotoxic]),
    }
    for name, therapy in therapies.items():
        is_after = therapy["date"] > therapy["index_date"]
        is_followed = therapy["date"] <= therapy["end"]
        after = therapy[is_after & is_followed]
        first = after.groupby("patient_id")["date"].min()
        known[name] = known["patient_id"].map(first)
    undated = therapies["hsct"][therapies["hsct"]["date"].isna()]
    is_before = last_days(undated["transplant_date"]) <= undated["index_date"]
    of_patients = undated.loc[~is_before, "patient_id"]
    known["is_hsct_undated"] = known["patient_id"].isin(of_patients)
    return known


def times(known: pd.DataFrame, endpoint: str, rule: str) -> pd.DataFrame:
    """One endpoint under one censoring rule, of whom it can be evaluated."""
    groups, origin, events, rules = protocol.ENDPOINTS[endpoint]
    statuses = events | dict.fromkeys(rules[rule], 0)
    patients = known[known["disease_group"].isin(groups) & known[origin].notna()]
    dates = patients[list(statuses)]
    dates = dates.where(dates.ge(patients[origin], axis=0))
    last = dates.min(axis=1)
    ended_by = dates.eq(last, axis=0).idxmax(axis=1)
    # A death without a day decides only what nothing else ended before.
    is_known = ~patients["is_death_undated"] | (ended_by != "end")
    for name in protocol.UNDATED.keys() & {origin, *statuses}:
        is_known &= ~patients[protocol.UNDATED[name]]
    return pd.DataFrame(
        {
            "patient_id": patients["patient_id"],
            "endpoint": endpoint,
            "censoring_rule": rule,
            "time_days": (last - patients[origin]).dt.days,
            "status": ended_by.map(statuses),
        }
    )[is_known]


def endpoints(folder: Path) -> pd.DataFrame:
    """A row per patient, endpoint and censoring rule that can be evaluated."""
    tables = {name: read(folder, name) for name in ("patients", *protocol.CONTACTS)}
    manifest = read(folder, "manifest")
    cutoff = days(manifest["data_cutoff_date"].astype(str)).max()
    known = followed(tables, cutoff)
    records = happened(known, tables)
    known = responded(treated(known, records), records)
    timed = {
        (endpoint, rule): times(known, endpoint, rule)
        for endpoint, (*_, rules) in protocol.ENDPOINTS.items()
        for rule in rules
    }
    of_follow_up = [
        timed[of, "standard"].assign(
            endpoint=endpoint,
            status=(timed[of, "standard"]["status"] == 0).astype("int64"),
        )
        for endpoint, of in protocol.FOLLOW_UP.items()
    ]
    return pd.concat([*timed.values(), *of_follow_up], ignore_index=True)


if __name__ == "__main__":
    print(len(endpoints(Path(sys.argv[1]))))
