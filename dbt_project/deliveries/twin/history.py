"""The chart before the index drug: diagnosis, genetics, therapy lines, transplants."""

from __future__ import annotations

from datetime import date, timedelta

from .chart import Chart

FRONTLINE_FAILURE = ("refractory", "refractory", "pr", "unknown")


def write_person(chart: Chart) -> None:
    """`patients`: the birth date gives the intended age, whole or cut."""
    rng, index = chart.rng, chart.index_date
    year = index.year - chart.baseline.age_years
    days = rng.randint(5, 355)
    birthday = date(year, index.month, min(index.day, 28))
    born = birthday - timedelta(days=days)
    text = born.isoformat()
    choice = rng.random()
    if choice < 0.08 and abs((born.month - index.month) % 12) in range(2, 11):
        text = text[:7]
    elif choice < 0.12 and abs(index.month - 7) > 1 and chart.baseline.age_years > 19:
        # the middle of a year falls in July
        text = str(year if index.month > 7 else year - 1)
    chart.add(
        "patients",
        site_id=chart.site_id,
        country=chart.country,
        sex=chart.baseline.sex,
        birth_date=text,
        consent="waived" if rng.random() < 0.2 else "given",
        record_available="yes",
    )


def write_diagnosis(chart: Chart) -> int:
    """`diagnoses` and `disease_status`; returns the day of diagnosis."""
    rng, person = chart.rng, chart.baseline
    months = 5 + 7 * person.n_salvage_lines + rng.expovariate(1 / 6)
    day = -round(30.5 * months)
    if person.prior_hsct_days is not None:
        day = min(day, -person.prior_hsct_days - rng.randint(150, 420))
    diagnosed = chart.on(day)
    text = diagnosed.isoformat()
    choice = rng.random()
    if choice < 0.12:
        text = text[:7]
    elif choice < 0.15:
        text = text[:4]
    chart.add("diagnoses", diagnosis="b_all", diagnosis_date=text)
    chart.add(
        "disease_status",
        status_date=chart.on(-rng.randint(0, 6)),
        disease_group=(
            "mrd_positive" if chart.course.is_mrd_pos else "relapsed_refractory"
        ),
        disease_status=person.disease_status,
    )
    return day


def write_genetics(chart: Chart, diagnosis_day: int) -> None:
    """`genetic_findings`: BCR-ABL1 of all, what else was tested of some."""
    rng = chart.rng
    is_positive = chart.course.is_ph_pos
    first = chart.on(diagnosis_day + rng.randint(0, 9))
    methods = rng.sample(("karyotype", "fish", "pcr"), rng.choice((1, 2, 2)))
    for number, method in enumerate(sorted(methods)):
        # a second method may miss a fusion that the first one saw
        missed = is_positive and number > 0 and rng.random() < 0.15
        result = "positive" if is_positive else "negative"
        if missed:
            result = "unknown" if rng.random() < 0.5 else "negative"
        chart.add(
            "genetic_findings",
            test_date=first.isoformat()[:7] if rng.random() < 0.06 else first,
            marker="bcr_abl1",
            method=method,
            result=result,
        )
    if is_positive and rng.random() < 0.5:
        chart.add(
            "genetic_findings",
            test_date=chart.on(-rng.randint(1, 40)),
            marker="t315i",
            method="pcr",
            result=rng.choice(("positive", "negative", "negative")),
        )
    for marker, share, positive in (
        ("kmt2a", 0.5, 0.0 if is_positive else 0.1),
        ("complex_karyotype", 0.4, 0.15),
        ("other", 0.25, 0.6),
    ):
        if rng.random() < share:
            found = "positive" if rng.random() < positive else "negative"
            chart.add(
                "genetic_findings",
                test_date=None if rng.random() < 0.05 else first,
                marker=marker,
                method="other" if marker == "other" else "karyotype",
                result="unknown" if rng.random() < 0.04 else found,
            )


def _frontline_response(chart: Chart) -> str:
    if chart.baseline.has_frontline_response:
        return chart.rng.choice(("cr", "cr", "cr", "cr", "crh", "cri"))
    if chart.baseline.n_salvage_lines == 0:
        return "refractory"
    return chart.rng.choice(FRONTLINE_FAILURE)


def write_lines(chart: Chart, diagnosis_day: int) -> None:
    """`therapy_lines` up to the index date."""
    rng, person = chart.rng, chart.baseline
    n_lines = person.n_salvage_lines
    start = diagnosis_day + rng.randint(1, 8)
    gap = max(25, (-start - 20) // (n_lines + 1))
    for number in range(n_lines + 1):
        end = min(start + rng.randint(18, 24 + gap // 2), start + gap - 4, -8)
        is_last = number == n_lines
        if number == 0:
            best = _frontline_response(chart)
        elif is_last and person.disease_status == "refractory":
            best = rng.choice(("refractory", "refractory", "pr"))
        elif is_last and chart.course.is_mrd_pos:
            best = rng.choice(("cr", "cr", "cri"))
        else:
            best = rng.choice(("cr", "cr", "cri", "refractory", "pr", "unknown"))
        responded = best in ("cr", "crh", "cri")
        row = chart.add(
            "therapy_lines",
            line_number=number,
            line_type="salvage" if number else "frontline",
            start_date=chart.on(start),
            end_date=chart.on(end),
            best_response=None if best == "unknown" and rng.random() < 0.4 else best,
            response_date=chart.on(min(start + rng.randint(17, 30), end))
            if responded
            else None,
        )
        choice = rng.random()
        if choice < 0.06:
            row["end_date"] = row["end_date"][:7]
        elif choice < 0.09 and chart.on(start).month != chart.index_date.month:
            row["start_date"] = row["start_date"][:7]
        elif choice < 0.11 and number and not is_last:
            # without a date, before a later line that has one
            row["start_date"] = ""
        if responded and rng.random() < 0.08:
            row["response_date"] = row["response_date"][:7]
        start += gap


def write_prior_transplant(chart: Chart, diagnosis_day: int) -> None:
    """`transplants` before index, and the conditioning before them."""
    rng, days = chart.rng, chart.baseline.prior_hsct_days
    if rng.random() < 0.03:
        # listed, never counted; of half of them nobody knows the day
        known = rng.random() < 0.5
        chart.add(
            "transplants",
            transplant_date=chart.on(diagnosis_day + 100) if known else None,
            transplant_type="autologous",
            donor_type=None,
        )
    if days is None:
        return
    row = chart.add(
        "transplants",
        transplant_date=chart.on(-days),
        transplant_type="allogeneic",
        donor_type=rng.choice(
            ("related", "unrelated", "unrelated", "haploidentical", "cord_blood", None)
        ),
    )
    chart.blur(row, "transplant_date", chance=0.7)
    if rng.random() < 0.3:
        chart.add(
            "medications",
            drug=rng.choice(("cyclophosphamide", "thiotepa")),
            start_date=chart.on(-days - 6),
            drug_class="conditioning",
            end_date=chart.on(-days - 2),
        )


def write_history(chart: Chart) -> None:
    """Everything up to the index date, but the assessments."""
    write_person(chart)
    day = write_diagnosis(chart)
    write_genetics(chart, day)
    write_lines(chart, day)
    write_prior_transplant(chart, day)
