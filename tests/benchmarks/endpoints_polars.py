"""The study's endpoints in plain polars, lazily: see endpoints_pandas.py.

python tests/benchmarks/endpoints_polars.py DELIVERY
"""

import sys
from datetime import date
from pathlib import Path

import polars as pl
import study_protocol as protocol
from responses_polars import responded

Tables = dict[str, pl.LazyFrame]


def read(folder: Path, table: str) -> pl.LazyFrame:
    """A table as text, exact copies once."""
    path = folder / f"{table}.parquet"
    if path.exists():
        return pl.scan_parquet(path).unique()
    return pl.scan_csv(folder / f"{table}.csv", infer_schema=False).unique()


def size_of(column: str) -> pl.Expr:
    """How many characters a date has: of a month 7, of a year 4."""
    return pl.col(column).str.strip_chars().str.len_chars()


def first_day(column: str) -> pl.Expr:
    """The first day that a date may be of: of a month, or of a year."""
    whole = (pl.col(column).str.strip_chars() + "-01-01").str.head(10)
    return whole.str.to_date("%Y-%m-%d", strict=False)


def last_day(column: str) -> pl.Expr:
    """The last day that a date may be of."""
    first, size = first_day(column), size_of(column)
    last = pl.when(size == 7).then(first.dt.month_end())
    last = last.when(size == 4).then(first.dt.offset_by("1y").dt.offset_by("-1d"))
    return last.otherwise(first)


def day(column: str) -> pl.Expr:
    """Dates; a month stands for its 15th, and a year for none."""
    first, size = first_day(column), size_of(column)
    month = pl.when(size == 7).then(first.dt.offset_by("14d"))
    return month.when(size != 4).then(first)


def last_contacts(tables: Tables, cutoff: date) -> pl.LazyFrame:
    """The last dated record of each patient by the cut-off."""
    dated = pl.concat(
        tables[table].select("patient_id", first_day(column).alias("last_record"))
        for table, columns in protocol.CONTACTS.items()
        for column in columns
    )
    by_cutoff = dated.filter(pl.col("last_record") <= cutoff)
    return by_cutoff.group_by("patient_id").agg(pl.col("last_record").max())


def included(tables: Tables, cutoff: date) -> pl.LazyFrame:
    """The patients of the study, with index date and disease group."""
    index = (
        tables["treatment_cycles"]
        .filter(drug="blinatumomab", access_program="expanded_access")
        .select("patient_id", day("start_date").alias("index_date"))
        .filter(pl.col("index_date") <= cutoff)
        .group_by("patient_id")
        .agg(pl.col("index_date").min())
    )
    ph_known = (
        tables["genetic_findings"]
        .filter(pl.col("result").is_in(["positive", "negative"]), marker="bcr_abl1")
        .join(index, on="patient_id")
        .filter((first_day("test_date") <= pl.col("index_date")).fill_null(True))
    )
    enrolment = (protocol.FIRST_DAY, protocol.LAST_DAY)
    # An adult whichever day of a partial date is true.
    eighteenth = last_day("birth_date").dt.offset_by("18y")
    return (
        tables["patients"]
        .join(index, on="patient_id")
        .join(tables["diagnoses"], on="patient_id")
        .join(tables["disease_status"], on="patient_id")
        .filter(
            pl.col("index_date").is_between(*enrolment),
            pl.col("country").is_in(protocol.COUNTRIES),
            pl.col("diagnosis") == "b_all",
            eighteenth <= pl.col("index_date"),
            pl.col("consent").is_in(["given", "waived"]),
            pl.col("record_available") == "yes",
            pl.col("disease_group").is_in(protocol.ALL_GROUPS),
        )
        .join(ph_known, on="patient_id", how="semi")
        .select("patient_id", "index_date", "disease_group")
    )


def death(cutoff: date) -> pl.Expr:
    """The day that stands for a death (P20)."""
    size, first = size_of("death_date"), first_day("death_date")
    low = pl.col("first_of_death")
    # Not after the cut-off, unless the patient was alive after it.
    last = last_day("death_date")
    last = pl.when(low > cutoff).then(last).otherwise(pl.min_horizontal(last, cutoff))
    room = (last - low).dt.total_days()
    # A month is its 15th, moved into what is possible; a year the middle of it.
    month = pl.min_horizontal(pl.max_horizontal(first.dt.offset_by("14d"), low), last)
    middle = pl.when(size == 4).then(low + pl.duration(days=room // 2)).otherwise(month)
    partial = pl.when(first.is_not_null(), room.is_between(0, 30)).then(middle)
    return pl.when(size == 10).then(first).otherwise(partial)


def followed(tables: Tables, cutoff: date) -> pl.LazyFrame:
    """The same with death, last contact and end of follow-up."""
    trial, end = day("trial_entry_date"), pl.col("end")
    is_of_relapse = (pl.col("death_cause") == "relapse").fill_null(False)
    is_after = (pl.col("contact") >= end) | (pl.col("first_of_death") > end)
    return (
        included(tables, cutoff)
        .join(tables["follow_up"], on="patient_id")
        .join(last_contacts(tables, cutoff), on="patient_id", how="left")
        .with_columns(
            contact=pl.max_horizontal(day("last_contact_date"), "last_record"),
            is_dead=(pl.col("vital_status") == "dead")
            | pl.col("death_date").is_not_null(),
        )
        .with_columns(
            first_of_death=pl.max_horizontal(first_day("death_date"), "contact")
        )
        .with_columns(death=death(cutoff))
        .with_columns(
            end=pl.min_horizontal(
                "death",
                pl.when(trial >= pl.col("index_date")).then(trial),
                pl.when(~pl.col("is_dead")).then("contact"),
                pl.lit(min(protocol.STUDY_END, cutoff)),
            )
        )
        .select(
            *("patient_id", "disease_group", "index_date", "end", "death"),
            pl.when(is_of_relapse).then("death").alias("death_from_relapse"),
            pl.when(~is_of_relapse).then("death").alias("death_without_relapse"),
            is_death_undated=pl.col("is_dead")
            & pl.col("death").is_null()
            & ~is_after.fill_null(False),
        )
    )


def happened(known: pl.LazyFrame, tables: Tables) -> Tables:
    """What happened to these patients, each on its day, beside days of their own."""
    own = known.select("patient_id", "disease_group", "index_date", "end")
    return {
        table: tables[table]
        .with_columns(day(column).alias("date"))
        .join(own, on="patient_id")
        for table, column in protocol.HAPPENED.items()
    }


def treated(known: pl.LazyFrame, records: Tables) -> pl.LazyFrame:
    """The same with the first transplant and other therapy after the index date."""
    dated = ("patient_id", "date", "index_date", "end")
    lines = records["therapy_lines"].filter(line_type="salvage")
    medications = records["medications"].filter(drug_class="cytotoxic")
    therapies = {
        "hsct": records["transplants"].filter(transplant_type="allogeneic"),
        "cytotoxic_therapy": pl.concat(
            [lines.select(dated), medications.select(dated)]
        ),
    }
    is_after = pl.col("date") > pl.col("index_date")
    for name, therapy in therapies.items():
        first = (
            therapy.filter(is_after, pl.col("date") <= pl.col("end"))
            .group_by("patient_id")
            .agg(pl.col("date").min().alias(name))
        )
        known = known.join(first, on="patient_id", how="left")
    is_before = last_day("transplant_date") <= pl.col("index_date")
    undated = therapies["hsct"].filter(
        pl.col("date").is_null(), ~is_before.fill_null(False)
    )
    undated = undated.select("patient_id", is_hsct_undated=True).unique()
    known = known.join(undated, on="patient_id", how="left")
    return known.with_columns(pl.col("is_hsct_undated").fill_null(False))


def times(known: pl.LazyFrame, endpoint: str, rule: str) -> pl.LazyFrame:
    """One endpoint under one censoring rule, of whom it can be evaluated."""
    groups, origin, events, rules = protocol.ENDPOINTS[endpoint]
    statuses = events | dict.fromkeys(rules[rule], 0)
    start, last, ended_by = pl.col(origin), pl.col("last"), pl.col("ended_by")
    # A death without a day decides only what nothing else ended before.
    is_known = ~pl.col("is_death_undated") | (ended_by != "end")
    for name in protocol.UNDATED.keys() & {origin, *statuses}:
        is_known &= ~pl.col(protocol.UNDATED[name])
    names = [pl.when(pl.col(name) == last).then(pl.lit(name)) for name in statuses]
    return (
        known.filter(pl.col("disease_group").is_in(groups), start.is_not_null())
        .with_columns(pl.when(pl.col(name) >= start).then(name) for name in statuses)
        .with_columns(last=pl.min_horizontal(*statuses))
        .with_columns(ended_by=pl.coalesce(names))
        .filter(is_known)
        .select(
            "patient_id",
            pl.lit(endpoint).alias("endpoint"),
            pl.lit(rule).alias("censoring_rule"),
            (last - start).dt.total_days().alias("time_days"),
            ended_by.replace_strict(statuses, return_dtype=pl.Int64).alias("status"),
        )
    )


def endpoints(folder: Path) -> pl.DataFrame:
    """A row per patient, endpoint and censoring rule that can be evaluated."""
    tables = {name: read(folder, name) for name in ("patients", *protocol.CONTACTS)}
    manifest = read(folder, "manifest").select(
        pl.col("data_cutoff_date").cast(pl.String).str.to_date().max()
    )
    cutoff = manifest.collect().item()
    # Collected where many branches set out: else the plan itself takes minutes.
    known = followed(tables, cutoff).collect().lazy()
    records = happened(known, tables)
    known = responded(treated(known, records), records).collect().lazy()
    timed = {
        (endpoint, rule): times(known, endpoint, rule)
        for endpoint, (*_, rules) in protocol.ENDPOINTS.items()
        for rule in rules
    }
    of_follow_up = [
        timed[of, "standard"].with_columns(
            pl.lit(endpoint).alias("endpoint"),
            (pl.col("status") == 0).cast(pl.Int64).alias("status"),
        )
        for endpoint, of in protocol.FOLLOW_UP.items()
    ]
    return pl.concat([*timed.values(), *of_follow_up]).collect()


if __name__ == "__main__":
    print(len(endpoints(Path(sys.argv[1]))))
