"""Who is in, and how they were: study population and baseline characteristics."""

from __future__ import annotations

from math import isnan, nan

from survival.analysis import ALL
from survival.disclosure.counts import below
from survival.formatting import Masked, format_decimal, format_ratio
from survival.groups import Record
from survival.labels import inner, typeset
from survival.report.diagrams import Step, attrition_diagram
from survival.report.document import (
    Block,
    Cell,
    Figure,
    Row,
    Section,
    Source,
    Table,
    heading,
    row,
)
from survival.study import Study

STEP_COLUMNS = ("n_in", "n_excluded", "n_unknown", "n_out")
NOT_ASKED = Cell("\N{EN DASH}")


def population_section(study: Study) -> Section | None:
    """From delivered to included patients."""
    steps = study.tables["cohort_attrition"]
    if not steps:
        return None
    parts = [
        f"{typeset(population['label'])}, N {count}"
        for population in study.table_populations
        if not study.children(population["population"])
        and (count := study.n_patients(population["population"])) is not None
    ]
    words = "; ".join(parts)
    label = f"From delivered to included patients, step by step. Included: {words}."
    figure = Figure(
        "attrition",
        "Study population",
        "Each patient leaves at the first criterion that is not met; what is not known "
        "does not qualify.",
        attrition_diagram(list(_boxes(study, steps)), parts, label=label),
        source=Source("marts.cohort_attrition", ("step", "criterion", *STEP_COLUMNS)),
    )
    blocks: tuple[Block, ...] = (figure, _attrition_table(study, steps))
    return Section("Study population", "study-population", blocks)


def _boxes(study: Study, steps: list[Record]):
    words = f"Delivered, N {steps[0]['n_in']}"
    for step in steps:
        yield Step(words, _excluded(study, step))
        label = study.word("criterion", step["criterion"])
        words = f"{label}, N {step['n_out']}"
    yield Step(f"Included, N {steps[-1]['n_out']}")


def _excluded(study: Study, step: Record) -> str:
    reason = study.word("exclusion", step["criterion"])
    words = f"Excluded: {reason}, n {step['n_excluded']}"
    return words + (f" ({step['n_unknown']} unknown)" if step["n_unknown"] else "")


def _attrition_table(study: Study, steps: list[Record]) -> Table:
    rows = []
    for step in steps:
        key = (("step", step["step"]),)
        cells = (
            Cell(str(step[name]), Source("marts.cohort_attrition", (name,), key))
            for name in STEP_COLUMNS
        )
        label = study.word("criterion", step["criterion"])
        rows.append(row(f"{step['step']}. {label}", *cells))
    return Table(
        "attrition",
        "Eligibility criteria, in order",
        ("Criterion", "Assessed", "Excluded", "of these unknown", "Remaining"),
        tuple(rows),
    )


def baseline_section(study: Study) -> Section | None:
    """Table 1."""
    (table,) = study.report_tables("baseline") or (None,)
    if table is None or not study.tables["table_one"]:
        return None
    rows: list[Row] = []
    for variable in study.tables["table_one_variables"]:
        if variable["is_shown"]:
            rows += _variable_rows(study, variable)
    columns = []
    for population in study.table_populations:
        count = study.n_patients(population["population"])
        label = typeset(population["label"])
        columns.append(label if count is None else f"{label} (N {count})")
    content = Table(
        table["table_id"],
        table["title"],
        ("Characteristic", *columns),
        tuple(rows),
        notes=(
            "Percent: of those known. Quartiles: definition 5 of SAS. A dash: not "
            "reported for this population.",
        ),
    )
    return Section("Baseline characteristics", "baseline", (content,))


def _variable_rows(study: Study, variable: Record) -> list[Row]:
    """Its levels under its label, and again for the subsets that it is split by."""
    levels = [
        level
        for level in study.tables["table_one_levels"]
        if level["variable"] == variable["variable"]
    ]
    if levels and levels[0]["kind"] == "quantity":
        title = heading(typeset(levels[0]["label"]))
        return [title, *_quantity_rows(study, levels[0])]
    unit = ", n (%)"
    rows = _category_rows(study, variable["label"] + unit, levels)
    for subset in study.tables["summary_subsets"]:
        is_split = variable["split_by"] is not None and (
            subset["partition_name"] == variable["split_by"]
        )
        if is_split and subset["mart"] == "table_one":
            title = f"{variable['label']}, {inner(subset['label'])}{unit}"
            rows += _category_rows(study, title, levels, subset)
    return rows


def _category_rows(
    study: Study, title: str, levels: list[Record], subset: Record | None = None
) -> list[Row]:
    rows = [heading(title)]
    for level in levels:
        cells = _cells(study, level, subset, _category)
        found = row(typeset(level["label"]), *cells, is_inner=True)
        is_empty = all(cell.text in ("0", NOT_ASKED.text) for cell in found.cells[1:])
        # No row of unknown where all is known.
        if level["level"] != "unknown" or not is_empty:
            rows.append(found)
    return rows


def _quantity_rows(study: Study, level: Record) -> list[Row]:
    return [
        row(words, *_cells(study, level, None, draw), is_inner=True)
        for words, draw in (
            ("Median (quartiles)", _quantity),
            ("Minimum to maximum", _range),
        )
    ]


def _cells(study: Study, level: Record, subset: Record | None, draw) -> list[Cell]:
    groups = {level["disease_group"], subset["disease_group"] if subset else None}
    cells = []
    for population in study.table_populations:
        is_asked = groups <= {None, population["disease_group"]}
        name = subset["subset"] if subset else ALL
        key = (population["population"], name, level["variable"], level["level"])
        cells.append(draw(study, *key) if is_asked else NOT_ASKED)
    return cells


def _source(key: tuple[str, ...], columns: tuple[str, ...]) -> Source:
    names = ("population", "subset", "variable", "level", "statistic")
    return Source("marts.table_one", columns, tuple(zip(names, key, strict=False)))


def _category(study: Study, *key: str) -> Cell:
    percent = study.table_one.get((*key, "percent"))
    if percent is not None and percent["denominator"]:
        text = count_and_percent(percent, percent["value"])
        return Cell(text, _source((*key, "percent"), ("numerator", "value")))
    count = study.table_one.get((*key, "count"))
    if count is None:
        return Cell("0" if study.smallest is None else str(below(study.smallest)))
    return Cell(str(count["numerator"]), _source((*key, "count"), ("value",)))


def count_and_percent(row: Record, percent: float | Masked) -> str:
    """``12 (56.2)``; of a count that is masked nothing more."""
    if isinstance(row["numerator"], Masked):
        return str(row["numerator"])
    if isinstance(percent, Masked):
        return f"{row['numerator']} ({percent})"
    return f"{row['numerator']} ({format_ratio(row['numerator'], row['denominator'])})"


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
    found = [study.table_one.get((*key, name)) for name in names]
    values = [nan if row is None else row["value"] for row in found]
    if any(isinstance(value, Masked) or isnan(value) for value in values):
        return []
    decimals = 0 if all(value == int(value) for value in values) else 1
    return [format_decimal(value, decimals=decimals) for value in values]
