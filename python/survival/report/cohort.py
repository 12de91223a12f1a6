"""What was delivered, who is in, and how they were."""

from __future__ import annotations

from math import isnan, nan

from survival.disclosure.counts import below
from survival.formatting import Masked, format_decimal, format_ratio
from survival.report.document import Block, Figure, Fold, Paragraph, Section
from survival.report.plots import attrition_diagram
from survival.report.table import Cell, Row, Source, Table, heading, row
from survival.report.words import population_word
from survival.study import Record, Study, typeset

TABLE_ONE_POPULATIONS = (
    "mrd_pos",
    "mrd_pos_ph_neg",
    "mrd_pos_ph_pos",
    "rr_ph_neg",
    "rr_ph_pos",
)
SALVAGE_SUBSETS = ("persistent_mrd", "mrd_relapse", "relapsed", "refractory")
TITLES = {
    "disease_status": "Disease status at index",
    "marrow_blasts": "Blasts in the marrow at index",
    "extramedullary": "Extramedullary involvement at index",
    "prior_salvage": "Prior salvage therapy",
}
HIDDEN = ("patients", "any_prior_salvage")


def delivery_section(study: Study) -> Section:
    """What was delivered, and whether it was accepted."""
    blocks: list[Block] = []
    if study.delivery is not None:
        facts = study.delivery.facts().items()
        words = "; ".join(f"{name} {value}" for name, value in facts)
        blocks.append(Paragraph(f"{words[0].upper()}{words[1:]}."))
    blocks += [
        Paragraph(
            f"Delivery {later.delivery_id or 'of unknown id'} came later and was "
            f"{later.verdict}: {later.reason or 'no reason recorded'}",
            kind="caution",
        )
        for later in study.later
    ]
    blocks += [Paragraph(_verdict(found)) for found in study.tables["verdict"]]
    blocks.append(_reconciliation(study.tables["reconciliation"]))
    parameters = Table(
        "parameters",
        "The study's parameters in this build",
        ("Parameter", "Value"),
        tuple(row(name, str(value)) for name, value in study.parameters.items()),
        n_words=2,
    )
    blocks.append(Fold("The study's parameters", (parameters,)))
    return Section("What was delivered", "delivery", tuple(blocks))


def _verdict(found: Record) -> str:
    word = "accepted" if found["is_accepted"] else "refused"
    return (
        f"The quality gate {word} it: {found['n_evaluated']} of "
        f"{found['n_expectations']} expectations evaluated, {found['n_critical']} "
        f"critical findings and {found['n_warnings']} warnings, which "
        '"What is doubtful" lists.'
    )


def _reconciliation(records: list[Record]) -> Table:
    columns = ("n_delivered", "n_accepted", "n_collapsed", "n_quarantined")
    rows = []
    for record in records:
        cells = [
            Cell(
                str(record[column]),
                Source(
                    "quality.reconciliation",
                    (column,),
                    (("table_name", record["table_name"]),),
                ),
            )
            for column in columns
        ]
        rows.append(row(record["table_name"].replace("_", " "), *cells))
    return Table(
        "reconciliation",
        "Records, file by file: delivered = accepted + exact copies + quarantined",
        ("Table", "Delivered", "Accepted", "Exact copies", "Quarantined"),
        tuple(rows),
    )


def attrition_section(study: Study) -> Section:
    """Who is in."""
    steps = study.tables["cohort_attrition"]
    populations = [
        (population_word(study, population), count)
        for population in TABLE_ONE_POPULATIONS[1:]
        if (count := n_patients(study, population)) is not None
    ]
    words = "; ".join(f"{name} {count}" for name, count in populations)
    label = f"From delivered to included patients, step by step. Included: {words}."
    blocks: list[Block] = []
    if steps:
        figure = Figure(
            "attrition",
            "Who is in",
            "Each patient leaves at one step, the first that is not met; what is not "
            "known does not qualify.",
            attrition_diagram(steps, populations, label=label),
            source=Source(
                "marts.cohort_attrition",
                ("step", "criterion", "n_in", "n_excluded", "n_unknown", "n_out"),
                (),
            ),
        )
        blocks.append(figure)
    blocks.append(_attrition_table(steps))
    return Section("Who is in", "cohort", tuple(blocks))


def _attrition_table(steps: list[Record]) -> Table:
    columns = ("n_in", "n_excluded", "n_unknown", "n_out")
    rows = tuple(
        row(
            f"{step['step']}. {step['criterion'].replace('_', ' ')}",
            *(
                Cell(
                    str(step[column]),
                    Source(
                        "marts.cohort_attrition", (column,), (("step", step["step"]),)
                    ),
                )
                for column in columns
            ),
        )
        for step in steps
    )
    return Table(
        "attrition",
        "Eligibility, in order (P7)",
        ("Step", "In", "Left", "Of these unknown", "Out"),
        rows,
    )


def n_patients(study: Study, population: str) -> int | Masked | None:
    """How many patients a population has; None if Table 1 does not say."""
    found = _cell(study, population, "all", "patients", "all", "count")
    return None if found is None else found["numerator"]


def baseline_section(study: Study) -> Section:
    """How they were: Table 1."""
    rows: list[Row] = []
    titled: set[str] = set()
    for level in study.tables["table_one_levels"]:
        variable = level["variable"]
        if variable in HIDDEN:
            continue
        if variable in TITLES and variable not in titled:
            rows.append(heading(TITLES[variable]))
            titled.add(variable)
        rows += _level_rows(study, level)
        if variable == "prior_salvage" and level["level"] == "2_plus":
            rows += _salvage_by_status(study)
    columns = []
    for population in TABLE_ONE_POPULATIONS:
        count = n_patients(study, population)
        word = population_word(study, population)
        columns.append(word if count is None else f"{word} (N {count})")
    table = Table(
        "table_1",
        "Table 1. Baseline characteristics: n (percent of those known), or median "
        "(quartiles)",
        ("Characteristic", *columns),
        tuple(rows),
        notes=("Quartiles are SAS's definition 5 (P27). A dash: not asked there.",),
    )
    return Section("How they were", "baseline", (table,))


def _level_rows(study: Study, level: Record) -> list[Row]:
    """A row; of a quantity its range too; no row of unknown where all is known."""
    only = _level_row(study, level, "all")
    if level["kind"] == "quantity":
        return [only, _level_row(study, {**level, "kind": "range"}, "all")]
    is_empty = all(cell.text in ("0", "\N{EN DASH}") for cell in only.cells[1:])
    return [] if level["level"] == "unknown" and is_empty else [only]


def _salvage_by_status(study: Study) -> list[Row]:
    rows = []
    for subset in SALVAGE_SUBSETS:
        label = study.find("summary_subsets", mart="table_one", subset=subset)
        levels = [
            level
            for level in study.tables["table_one_levels"]
            if level["variable"] == "prior_salvage"
        ]
        words = label["label"] if label else subset
        group = label["disease_group"] if label else None
        rows += [
            _level_row(
                study, {**level, "disease_group": group}, subset, prefix=f"{words}: "
            )
            for level in levels
        ]
    return rows


def _level_row(study: Study, level: Record, subset: str, *, prefix: str = "") -> Row:
    label = typeset(level["label"])
    cells = []
    for population in TABLE_ONE_POPULATIONS:
        row_group = study.find("populations", population=population)
        is_asked = level["disease_group"] in (None, row_group["disease_group"])
        draw = {"quantity": _quantity, "range": _range}.get(level["kind"], _category)
        key = (population, subset, level["variable"], level["level"])
        cells.append(draw(study, *key) if is_asked else Cell("\N{EN DASH}"))
    if level["kind"] == "range":
        label = "\N{EM SPACE}minimum to maximum"
    text = prefix + (label[0].lower() + label[1:] if prefix else label)
    return row(text, *cells)


def _cell(study: Study, *key: str) -> Record | None:
    return study.table_one.get(key)


def _source(key: tuple[str, ...], columns: tuple[str, ...]) -> Source:
    names = ("population", "subset", "variable", "level", "statistic")
    return Source("marts.table_one", columns, tuple(zip(names, key, strict=False)))


def _category(study: Study, *key: str) -> Cell:
    percent = _cell(study, *key, "percent")
    if percent is not None and percent["denominator"]:
        text = count_and_percent(percent, percent["value"])
        return Cell(text, _source((*key, "percent"), ("numerator", "value")))
    count = _cell(study, *key, "count")
    if count is None:
        return Cell("0" if study.smallest is None else str(below(study.smallest)))
    return Cell(str(count["numerator"]), _source((*key, "count"), ("value",)))


def count_and_percent(row: Record, percent: float | Masked) -> str:
    """``12 (56.2)``; of a count that is masked nothing more."""
    if isinstance(row["numerator"], Masked):
        return str(row["numerator"])
    if not isinstance(percent, Masked):
        percent = format_ratio(row["numerator"], row["denominator"])
    return f"{row['numerator']} ({percent})"


def _quantity(study: Study, *key: str) -> Cell:
    values = _values(study, key, ("median", "iqr_low", "iqr_high"))
    text = "{} ({} to {})".format(*values) if values else _missing(study)
    return Cell(text, _source(key, ("statistic", "value")))


def _range(study: Study, *key: str) -> Cell:
    values = _values(study, key, ("min", "max"))
    text = "{} to {}".format(*values) if values else _missing(study)
    return Cell(text, _source(key, ("statistic", "value")))


def _missing(study: Study) -> str:
    return "NE" if study.smallest is None else "masked"


def _values(study: Study, key: tuple[str, ...], names: tuple[str, ...]) -> list[str]:
    """Quantiles as text, with a decimal where one has one; none if not known."""
    values = [(_cell(study, *key, name) or {}).get("value", nan) for name in names]
    if any(isinstance(value, Masked) or isnan(value) for value in values):
        return []
    decimals = 0 if all(value == int(value) for value in values) else 1
    return [format_decimal(value, decimals=decimals) for value in values]
