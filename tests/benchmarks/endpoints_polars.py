"""OS and DFS of a delivery in plain polars, lazily: see endpoints_pandas.py.

python tests/benchmarks/endpoints_polars.py DELIVERY
"""

import sys
from datetime import date
from pathlib import Path

import polars as pl
from endpoints_pandas import CONTACTS, COUNTRIES

FIRST_DAY, LAST_DAY, STUDY_END = date(2014, 1, 1), date(2017, 6, 30), date(2017, 12, 31)
Tables = dict[str, pl.LazyFrame]


def read(folder: Path, table: str) -> pl.LazyFrame:
    """A table as text, exact copies once."""
    path = folder / f"{table}.parquet"
    if path.exists():
        return pl.scan_parquet(path).unique()
    return pl.scan_csv(folder / f"{table}.csv", infer_schema=False).unique()


def days(column: str, *, day: str = "15") -> pl.Expr:
    """Dates; a month stands for a day of it, and a year for none."""
    text = pl.col(column).str.strip_chars()
    is_month = text.str.len_chars() == 7
    whole = pl.when(is_month).then(text + f"-{day}").otherwise(text)
    return whole.str.to_date("%Y-%m-%d", strict=False)


def days_of_death() -> pl.Expr:
    """The day that stands for a death, not before the last contact (P20)."""
    text = pl.col("death_date").str.strip_chars()
    size = text.str.len_chars()
    first = (
        pl.when(size == 4)
        .then(text + "-01-01")
        .when(size == 7)
        .then(text + "-01")
        .otherwise(text)
        .str.to_date("%Y-%m-%d", strict=False)
    )
    last = pl.when(size == 4).then(first.dt.offset_by("1y").dt.offset_by("-1d"))
    last = last.otherwise(first.dt.month_end())
    low = pl.max_horizontal(first, "contact")
    room = (last - low).dt.total_days()
    # A month is its 15th, moved into what is possible; a year the middle of it.
    middle = (
        pl.when(size == 4)
        .then(low + pl.duration(days=room // 2))
        .otherwise(pl.max_horizontal(first.dt.offset_by("14d"), low))
    )
    partial = pl.when(room.is_between(0, 30)).then(middle)
    return pl.when(size == 10).then(first).otherwise(partial)


def last_contacts(tables: Tables, cutoff: date) -> pl.LazyFrame:
    """The last dated record of each patient by the cut-off."""
    dated = pl.concat(
        tables[table].select("patient_id", days(column, day="01").alias("last_record"))
        for table, columns in CONTACTS.items()
        for column in columns
    )
    by_cutoff = dated.filter(pl.col("last_record") <= cutoff)
    return by_cutoff.group_by("patient_id").agg(pl.col("last_record").max())


def included(tables: Tables, cutoff: date) -> pl.LazyFrame:
    """The patients of the study, with index date and disease group."""
    index = (
        tables["treatment_cycles"]
        .filter(drug="blinatumomab", access_program="expanded_access")
        .select("patient_id", days("start_date").alias("index_date"))
        .filter(pl.col("index_date") <= cutoff)
        .group_by("patient_id")
        .agg(pl.col("index_date").min())
    )
    ph_known = (
        tables["genetic_findings"]
        .filter(pl.col("result").is_in(["positive", "negative"]), marker="bcr_abl1")
        .join(index, on="patient_id")
        .filter((days("test_date", day="01") <= pl.col("index_date")).fill_null(True))
    )
    # An adult whichever day of a partial date is true.
    text = pl.col("birth_date")
    year = pl.when(text.str.len_chars() == 4).then(text + "-12-31").otherwise(text)
    return (
        tables["patients"]
        .join(index, on="patient_id")
        .join(tables["diagnoses"], on="patient_id")
        .join(tables["disease_status"], on="patient_id")
        .with_columns(year.alias("birth_date"))
        .filter(
            pl.col("index_date").is_between(FIRST_DAY, LAST_DAY),
            pl.col("country").is_in(COUNTRIES),
            pl.col("diagnosis") == "b_all",
            days("birth_date", day="28").dt.offset_by("18y") <= pl.col("index_date"),
            pl.col("consent").is_in(["given", "waived"]),
            pl.col("record_available") == "yes",
            pl.col("disease_group").is_not_null(),
        )
        .join(ph_known, on="patient_id", how="semi")
    )


def followed(cohort: pl.LazyFrame, tables: Tables, cutoff: date) -> pl.LazyFrame:
    """The same with death, last contact and end of follow-up."""
    trial = days("trial_entry_date")
    return (
        cohort.select("patient_id", "index_date", "disease_group")
        .join(tables["follow_up"], on="patient_id", how="left")
        .join(last_contacts(tables, cutoff), on="patient_id", how="left")
        .with_columns(
            contact=pl.max_horizontal(days("last_contact_date"), "last_record"),
            is_dead=(pl.col("vital_status") == "dead")
            | pl.col("death_date").is_not_null(),
        )
        .with_columns(death=days_of_death())
        .with_columns(
            end=pl.min_horizontal(
                "death",
                pl.when(trial >= pl.col("index_date")).then(trial),
                pl.when(~pl.col("is_dead")).then("contact"),
                pl.lit(min(STUDY_END, cutoff)),
            )
        )
    )


def relapses(known: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """First relapse after the index date: reported, in the marrow or outside it."""
    dated = days("assessment_date").alias("date")
    marrow = tables["marrow_assessments"].select(
        "patient_id", dated, pl.col("blast_percent").cast(pl.Float64).alias("blasts")
    )
    of_known = marrow.join(known.select("patient_id", "index_date"), on="patient_id")
    is_before = pl.col("date") <= pl.col("index_date")
    at_index = (
        of_known.filter(is_before, pl.col("blasts").is_not_null())
        .group_by("patient_id")
        .agg(pl.col("blasts").sort_by("date").last().alias("at_index"))
    )
    cleared = (
        of_known.filter(~is_before, pl.col("blasts") <= 5)
        .group_by("patient_id")
        .agg(pl.col("date").min().alias("cleared"))
    )
    remission = (
        known.join(at_index, on="patient_id", how="left")
        .join(cleared, on="patient_id", how="left")
        .select(
            "patient_id",
            pl.when(pl.col("at_index") > 5)
            .then("cleared")
            .otherwise("index_date")
            .alias("remission"),
        )
    )
    outside = tables["extramedullary_assessments"].filter(involvement="yes")
    reported = tables["relapses"].filter(pl.col("relapse_type") != "molecular")
    signs = pl.concat(
        [
            marrow.filter(pl.col("blasts") > 5).select("patient_id", "date"),
            outside.select("patient_id", dated),
            reported.select("patient_id", days("relapse_date").alias("date")),
        ]
    )
    return (
        signs.join(remission, on="patient_id")
        .filter(pl.col("date") > pl.col("remission"))
        .group_by("patient_id")
        .agg(pl.col("date").min().alias("relapse"))
    )


def ended(patients: pl.LazyFrame, endpoint: str, rule: str) -> pl.LazyFrame:
    """One endpoint under one censoring rule."""
    names = ["death"] if endpoint == "os" else ["relapse", "death"]
    stop = pl.col("end")
    if rule == "censored_at_hsct":
        stop = pl.min_horizontal("end", "hsct")
    event, is_event = pl.min_horizontal(names), pl.col("is_event")
    return (
        patients.with_columns(event=event, stop=stop)
        .with_columns(is_event=(pl.col("event") <= pl.col("stop")).fill_null(False))
        .filter(is_event | ~pl.col("is_undated") | (pl.col("stop") < pl.col("end")))
        .select(
            "patient_id",
            pl.lit(endpoint).alias("endpoint"),
            pl.lit(rule).alias("censoring_rule"),
            (pl.when(is_event).then("event").otherwise("stop") - pl.col("index_date"))
            .dt.total_days()
            .alias("time_days"),
            is_event.cast(pl.Int64).alias("status"),
        )
    )


def endpoints(folder: Path) -> pl.DataFrame:
    """A row per patient, endpoint and censoring rule that can be evaluated."""
    tables = {name: read(folder, name) for name in ("patients", *CONTACTS)}
    manifest = read(folder, "manifest").select(
        pl.col("data_cutoff_date").cast(pl.String).str.to_date().max()
    )
    cutoff = manifest.collect().item()
    known = followed(included(tables, cutoff), tables, cutoff)
    after = (
        tables["transplants"]
        .filter(transplant_type="allogeneic")
        .select("patient_id", days("transplant_date").alias("hsct"))
        .join(known.select("patient_id", "index_date"), on="patient_id")
        .filter(pl.col("hsct") >= pl.col("index_date"))
        .group_by("patient_id")
        .agg(pl.col("hsct").min())
    )
    is_alive_at_end = (pl.col("contact") >= pl.col("end")).fill_null(False)
    known = (
        known.join(after, on="patient_id", how="left")
        .join(relapses(known, tables), on="patient_id", how="left")
        .with_columns(
            is_undated=pl.col("is_dead") & pl.col("death").is_null() & ~is_alive_at_end
        )
    )
    of_endpoint = {"os": known, "dfs": known.filter(disease_group="mrd_positive")}
    return pl.concat(
        ended(patients, endpoint, rule)
        for endpoint, patients in of_endpoint.items()
        for rule in ("standard", "censored_at_hsct")
    ).collect()


if __name__ == "__main__":
    print(len(endpoints(Path(sys.argv[1]))))
