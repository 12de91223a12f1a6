"""The index drug, what was given with it, and what came after it."""

from __future__ import annotations

from .chart import INDEX_DRUG, Chart

CYTOTOXIC = ("fludarabine_cytarabine", "cyclophosphamide", "inotuzumab_ozogamicin")
CONDITIONING = ("busulfan", "treosulfan", "fludarabine", "thiotepa", "melphalan")
INHIBITORS = ("dasatinib", "ponatinib", "imatinib", "nilotinib", "bosutinib")
PROPHYLAXIS = (("aciclovir", 0.5), ("cotrimoxazole", 0.4), ("levetiracetam", 0.15))
DONORS = ("related", "unrelated", "unrelated", "haploidentical", "cord_blood")


def write_cycles(chart: Chart, n_cycles: int) -> int:
    """`treatment_cycles`; returns the last day of treatment in the sense of P29."""
    rng, course = chart.rng, chart.course
    stop = course.before("hsct", "cytotoxic", "relapse")
    start = 0
    for number in range(1, n_cycles + 1):
        length = 28 if rng.random() < 0.8 else rng.randint(10, 27)
        end = min(start + length - 1, max(stop - 1, start), course.end_day)
        is_last = number == n_cycles
        unfinished = is_last and rng.random() < 0.05
        chart.add(
            "treatment_cycles",
            drug=INDEX_DRUG,
            cycle_number=number,
            access_program="expanded_access",
            start_date=chart.on(start),
            end_date=None if unfinished else chart.on(end),
        )
        last_start = start
        start = 42 * number + rng.choice((0, 0, 0, 1, 1))
    if n_cycles >= 2 and start + 30 < stop and rng.random() < 0.12:
        # the drug was licensed meanwhile: no cycle of the programme
        chart.add(
            "treatment_cycles",
            drug=INDEX_DRUG,
            cycle_number=n_cycles + 1,
            access_program="commercial",
            start_date=chart.on(start),
            end_date=chart.on(start + 27),
        )
    return last_start + 42


def write_cytotoxic(chart: Chart) -> None:
    """First cytotoxic therapy after index: a medication, a salvage line or both."""
    rng, course = chart.rng, chart.course
    day = course.cytotoxic_day
    if day is None:
        return
    stop = min(course.before("hsct"), day + rng.randint(4, 20))
    as_line = rng.random() < 0.6
    if as_line:
        chart.add(
            "therapy_lines",
            line_number=chart.baseline.n_salvage_lines + 1,
            line_type="salvage",
            start_date=chart.on(day),
            end_date=chart.on(stop),
            best_response=rng.choice(("cr", "refractory", "pr", "unknown", None)),
            response_date=None,
        )
    if not as_line or rng.random() < 0.5:
        row = chart.add(
            "medications",
            drug=rng.choice(CYTOTOXIC),
            start_date=chart.on(day),
            drug_class="cytotoxic",
            end_date=chart.on(stop),
        )
        chart.blur(row, "start_date", chance=0.5)


def write_transplant(chart: Chart) -> None:
    """First transplant after index, with its conditioning."""
    rng, day = chart.rng, chart.course.hsct_day
    if day is None:
        return
    luck = rng.random()
    unsaid = None if luck < 0.03 else "unknown"
    row = chart.add(
        "transplants",
        transplant_date=chart.on(day),
        transplant_type="allogeneic",
        donor_type=unsaid if luck < 0.05 else rng.choice(DONORS),
    )
    chart.blur(row, "transplant_date", chance=0.6)
    if day > 12:
        for drug in rng.sample(CONDITIONING, rng.choice((0, 1, 2))):
            chart.add(
                "medications",
                drug=drug,
                start_date=chart.on(day - rng.randint(5, 8)),
                drug_class="conditioning",
                end_date=chart.on(day - 2),
            )


def write_infusions(chart: Chart, treated_until: int) -> None:
    """`lymphocyte_infusions`: during treatment where counted, else well after it."""
    rng, course = chart.rng, chart.course
    if course.has_dli:
        last = min(treated_until - 1, course.end_day)
        for day in sorted({rng.randint(3, last) for _ in range(rng.choice((1, 1, 2)))}):
            chart.add("lymphocyte_infusions", infusion_date=chart.on(day))
    elif course.hsct_day is not None and rng.random() < 0.12:
        day = max(course.hsct_day + rng.randint(70, 150), treated_until + 20)
        if day < course.end_day:
            row = chart.add("lymphocyte_infusions", infusion_date=chart.on(day))
            chart.blur(row, "infusion_date", chance=0.3)


def _inhibitor(chart: Chart, treated_until: int) -> None:
    rng, course = chart.rng, chart.course
    drug = rng.choice(INHIBITORS)
    if chart.baseline.has_tki:
        start = rng.randint(-60, 0) if rng.random() < 0.6 else rng.randint(1, 14)
        start = min(start, course.end_day)
        end = chart.on(rng.randint(max(start, 0), course.end_day))
        if rng.random() < 0.3:
            end = None
    elif rng.random() < 0.6:
        start = -rng.randint(150, 300)
        end = chart.on(-rng.randint(10, 100))
    else:
        start, end = treated_until + rng.randint(20, 90), None
        if start >= course.end_day:
            return
    chart.add(
        "medications",
        drug=drug,
        start_date=chart.on(start),
        drug_class="tyrosine_kinase_inhibitor",
        end_date=end,
    )


def write_comedication(chart: Chart, treated_until: int) -> None:
    """`medications` that decide nothing, and the kinase inhibitors."""
    rng, course = chart.rng, chart.course
    if course.is_ph_pos:
        _inhibitor(chart, treated_until)
    chart.add(
        "medications",
        drug="dexamethasone",
        start_date=None if rng.random() < 0.03 else chart.on(rng.choice((-1, 0, 0))),
        drug_class="steroid",
        end_date=chart.on(min(rng.randint(0, 4), course.end_day)),
    )
    if rng.random() < 0.45:
        day = rng.randint(1, 20)
        if day <= course.end_day:
            chart.add(
                "medications",
                drug="methotrexate",
                start_date=chart.on(day),
                drug_class="intrathecal",
                end_date=chart.on(day),
            )
    for drug, share in (
        ("aciclovir", 0.5),
        ("cotrimoxazole", 0.4),
        ("levetiracetam", 0.15),
    ):
        if rng.random() < share:
            chart.add(
                "medications",
                drug=drug,
                start_date=chart.on(-rng.randint(0, 30)),
                drug_class="other",
                end_date=None,
            )
