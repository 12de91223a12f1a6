"""Marrow samples, and the blood counts that grade them."""

from __future__ import annotations

from .chart import Chart

BLAST_RANGES = {
    "le_5": (0.0, 5.0),
    "gt_5_lt_10": (5.5, 9.5),
    "ge_10_lt_50": (10.0, 49.0),
    "ge_50": (50.0, 98.0),
}
# grade -> ranges of platelets and neutrophils that prove it and no better one
COUNT_RANGES = {
    "cr": ((101, 320), (1.05, 5.5)),
    "crh": ((52, 99), (0.55, 0.98)),
    "none": ((8, 48), (0.05, 0.48)),
}
LAST_WINDOW_DAY = 84


def _blasts(chart: Chart, category: str) -> str:
    low, high = BLAST_RANGES[category]
    value = chart.rng.uniform(low, high)
    if category == "le_5":
        return chart.rng.choice(("0", "0.5", "1", "1", "2", "2", "3", "4", "5"))
    return f"{value:.1f}" if value < 20 else f"{value:.0f}"


def _count_ranges(chart: Chart, grade: str) -> tuple:
    if grade == "cri":
        high, low = COUNT_RANGES["cr"], COUNT_RANGES["none"]
        return chart.rng.choice(((high[0], low[1]), (low[0], high[1])))
    return COUNT_RANGES[grade]


def write_counts(chart: Chart, day: int, grade: str, last_day: int) -> None:
    """Counts at a marrow: in one blood sample, or the missing one in another."""
    rng = chart.rng
    platelets, neutrophils = _count_ranges(chart, grade)
    near = day + rng.choice((0, 0, 0, 1, -1, 2))
    if near > last_day:
        near = day
    values = [f"{rng.uniform(*platelets):.0f}", f"{rng.uniform(*neutrophils):.2f}"]
    samples = [(near, values)]
    if rng.random() < 0.08 and near + 2 <= last_day:
        samples = [(near, [values[0], None]), (near + 2, [None, values[1]])]
    for sampled, (plt, anc) in samples:
        chart.add(
            "blood_counts",
            sample_date=chart.on(sampled),
            platelets_giga_per_l=plt,
            neutrophils_giga_per_l=anc,
        )


def write_marrow(chart: Chart, day: int, category: str | None) -> None:
    """One marrow sample; a category of None is a dry tap."""
    chart.add(
        "marrow_assessments",
        assessment_date=chart.on(day),
        blast_percent=None if category is None else _blasts(chart, category),
    )


def _visit_days(chart: Chart) -> list[int]:
    """Ends of cycles, then about every three months, before relapse and the end."""
    rng, course = chart.rng, chart.course
    stop = course.before("hsct", "cytotoxic", "relapse")
    days = [
        42 * cycle + rng.randint(26, 38) for cycle in range(course.n_cycles_possible())
    ]
    days = [day for day in days if day < stop]
    day = max(days, default=60)
    until = min(course.before("relapse"), 900)
    while True:
        day += rng.randint(70, 115)
        if day >= until:
            return days
        if course.hsct_day is None or abs(day - course.hsct_day) > 14:
            days.append(day)


def remission_start(chart: Chart) -> int | None:
    """First day in remission after index (0 in MRD+ without blasts), or None."""
    course, rng = chart.course, chart.rng
    if course.is_mrd_pos:
        if chart.baseline.blast_category in ("le_5", ""):
            return 0
        first = course.before("hsct", "relapse", "cytotoxic")
        if course.mrd == "responder":
            return min(course.response_day, rng.randint(14, 20))
        return min(rng.randint(24, 34), first - 1)
    if course.is_responder:
        return course.response_day
    if course.is_in_remission_at_hsct:
        # a remission that a later therapy brought, outside the windows
        after = max(85, 0)
        if course.cytotoxic_day is not None:
            after = course.cytotoxic_day + 12
        return rng.randint(min(after, course.hsct_day - 1), course.hsct_day - 1)
    # disease control that came with a transplant, or late in those who live long
    late = rng.randint(88, 150)
    if course.hsct_day is not None:
        late = course.hsct_day + rng.randint(26, 35)
    return late if late > LAST_WINDOW_DAY and course.end_day > late + 60 else None


def write_baseline_marrow(chart: Chart) -> None:
    """The marrow at index, an older one of some, and none or a dry tap if unknown."""
    rng, category = chart.rng, chart.baseline.blast_category
    day = -rng.choice((0, 1, 2, 3, 4, 6, 8, 11, 15))
    if category == "":
        if rng.random() < 0.5:
            write_marrow(chart, day, None)
        return
    write_marrow(chart, day, category)
    write_counts(chart, day, "cr" if category == "le_5" else "none", 0)
    if rng.random() < 0.35:
        write_marrow(chart, day - rng.randint(20, 60), "ge_50")


def _grade_at(chart: Chart, day: int, start: int, is_best_day: bool) -> str:
    """Grade that a clean marrow shall prove."""
    best = chart.baseline.best_grade
    if chart.course.is_mrd_pos or not best or day > LAST_WINDOW_DAY:
        return "cr"
    if is_best_day:
        return best
    return chart.rng.choice(("cri", "crh")) if best == "cr" else best


def write_marrows_after_index(chart: Chart) -> int | None:
    """All marrows after index; returns the first day in remission."""
    rng, course = chart.rng, chart.course
    start = remission_start(chart)
    last = course.end_day
    days = set(_visit_days(chart))
    never_evaluated = (
        not course.is_mrd_pos
        and not course.is_responder
        and (rng.random() < 0.2 or last < 20)
    )
    if never_evaluated:
        days = {day for day in days if start is not None and day > start}
    cut = course.before("hsct", "cytotoxic")
    if start is not None and start > 0:
        days = {day for day in days if abs(day - start) > 9} | {start}
    clean = sorted(
        d
        for d in days
        if start is not None and d >= start and d <= min(last, LAST_WINDOW_DAY, cut)
    )
    # the best grade may come at a later marrow of the window than the first one
    best_day = None
    if chart.baseline.best_grade:
        best_day = clean[-1] if rng.random() < 0.3 else clean[0]
    for day in sorted(days):
        if day > last:
            continue
        if start is not None and day >= start:
            write_marrow(chart, day, "le_5")
            grade = _grade_at(chart, day, start, best_day in (None, day))
            if best_day is not None and best_day < day <= LAST_WINDOW_DAY:
                grade = chart.baseline.best_grade
            if day in (start, best_day) or rng.random() < 0.8:
                write_counts(chart, day, grade, last)
        else:
            _write_failed_marrow(chart, day, last)
    _write_after_relapse(chart)
    return start


def _write_failed_marrow(chart: Chart, day: int, last_day: int) -> None:
    """No remission: blasts, or a clean marrow under counts that meet no grade."""
    rng = chart.rng
    if chart.course.is_mrd_pos or rng.random() < 0.88:
        write_marrow(chart, day, rng.choice(("gt_5_lt_10", "ge_10_lt_50", "ge_50")))
    else:
        write_marrow(chart, day, "le_5")
    write_counts(chart, day, "none", last_day)


def _write_after_relapse(chart: Chart) -> None:
    """Disease after a relapse, and the marrow after a transplant in relapse."""
    rng, course = chart.rng, chart.course
    if course.relapse_day is None:
        return
    day = course.relapse_day + rng.randint(25, 50)
    if course.hsct_day is not None and course.hsct_day > course.relapse_day:
        if day < course.hsct_day - 3:
            write_marrow(chart, day, rng.choice(("ge_10_lt_50", "ge_50")))
        clean = course.hsct_day + rng.randint(26, 35)
        if clean < course.end_day:
            write_marrow(chart, clean, "le_5")
            write_counts(chart, clean, "cr", course.end_day)
    elif day < course.end_day and rng.random() < 0.6:
        write_marrow(chart, day, "ge_50")
        write_counts(chart, day, "none", course.end_day)
