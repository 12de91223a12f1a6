"""Extramedullary disease: at index, cleared before a remission, back in a relapse."""

from __future__ import annotations

from .chart import Chart


def _write(chart: Chart, day: int, site: str, involvement: str) -> None:
    chart.add(
        "extramedullary_assessments",
        assessment_date=chart.on(day),
        site=site,
        involvement=involvement,
    )


def write_extramedullary(chart: Chart, start: int | None) -> None:
    """`extramedullary_assessments`, but the relapses.

    Parameters
    ----------
    chart : Chart
        The patient.
    start : int or None
        First day in remission after index.
    """
    rng, site = chart.rng, chart.baseline.extramedullary
    day = -rng.randint(0, 12)
    if chart.course.is_mrd_pos:
        if rng.random() < 0.4:
            _write(chart, day, "any", "no")
        return
    if site == "unknown":
        _write(chart, day, rng.choice(("cns", "any")), "unknown")
        return
    if site == "no":
        if rng.random() < 0.7:
            _write(chart, day, "any", "no")
        else:
            _write(chart, day, "cns", "no")
            if rng.random() < 0.4:
                _write(chart, day, "other", "no")
        return
    _write(chart, day, site, "yes")
    if rng.random() < 0.5:
        _write(chart, day - rng.randint(14, 40), site, "yes")
    if start is not None and start > 0:
        cleared = max(1, start - rng.randint(0, 6))
        _write(chart, cleared, rng.choice((site, "any")), "no")
    elif chart.course.end_day > 40 and rng.random() < 0.6:
        _write(chart, rng.randint(25, 38), site, "yes")
