"""MRD samples: what decides the category, and what does not count."""

from __future__ import annotations

from .chart import Chart
from .marrow import LAST_WINDOW_DAY

CYCLE_1 = 42
FINE = ("0.0001", "0.0001", "0.00001")


class Samples:
    """The samples of one patient: one per day and technique."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.taken: set[tuple[int, str]] = set()

    def take(
        self,
        day: int,
        kind: str,
        *,
        sensitivity: str | None = None,
        technique: str | None = None,
    ) -> None:
        """Write a sample of a kind: `complete`, `low`, `none` or `inadequate`."""
        rng = self.chart.rng
        technique = technique or rng.choice(("flow_cytometry", "pcr", "pcr"))
        if (day, technique) in self.taken:
            return
        self.taken.add((day, technique))
        sensitivity = sensitivity or rng.choice(FINE)
        result, level = "undetectable", None
        if kind == "low":
            result = "below_quantifiable"
            if sensitivity == "0.00001" and rng.random() < 0.6:
                result, level = "quantifiable", f"{rng.uniform(1.1e-5, 9.5e-5):.6f}"
        elif kind == "none":
            result = "quantifiable"
            level = f"{10 ** rng.uniform(-3.9, -1.2):.5f}"
        elif kind == "inadequate":
            # a coarse assay, one of unknown depth, or a sample that failed
            choice = rng.random()
            sensitivity = "0.001" if choice < 0.4 else None
            if choice > 0.85:
                # positive, but nobody wrote down how much
                sensitivity, result = "0.0001", "quantifiable"
            elif choice > 0.7:
                result = "not_evaluable"
        self.chart.add(
            "mrd_assessments",
            sample_date=self.chart.on(day),
            technique=technique,
            sensitivity=sensitivity,
            result=result,
            mrd_level=level,
        )


def _response_kinds(chart: Chart) -> tuple[str, str]:
    """Kinds of the first response and of the best one in the window."""
    if not chart.baseline.has_complete_mrd:
        return "low", "low"
    return ("low", "complete") if chart.rng.random() < 0.25 else ("complete",) * 2


def _write_response(chart: Chart, samples: Samples, first_day: int) -> None:
    """The first response, its best one, and what came of it."""
    rng, course = chart.rng, chart.course
    stop = course.before("hsct", "cytotoxic", "relapse")
    if stop == course.relapse_day:
        stop -= 1
    last = min(stop, LAST_WINDOW_DAY)
    first, best = _response_kinds(chart)
    later = rng.randint(first_day + 1, last) if last > first_day + 10 else first_day
    if later == first_day:
        first = best
    samples.take(first_day, first)
    if later > first_day:
        samples.take(later, best)
    if rng.random() < 0.15:
        samples.take(first_day, "inadequate", technique="flow_cytometry")
    if rng.random() < 0.05 and last > later + 12:
        samples.take(last, "none")
    day = LAST_WINDOW_DAY + rng.randint(20, 60)
    until = min(course.before("relapse"), 800)
    while day < until:
        samples.take(day, rng.choice(("complete", "complete", best)))
        day += rng.randint(60, 130)
    if course.relapse_day is not None and rng.random() < 0.5:
        # MRD comes back before the blasts do
        day = course.relapse_day - rng.randint(5, 40)
        if day > LAST_WINDOW_DAY:
            samples.take(day, "none")


def _mrd_pos(chart: Chart, samples: Samples, start: int) -> None:
    rng, course = chart.rng, chart.course
    stop = course.before("hsct", "cytotoxic")
    if course.relapse_day is not None:
        stop = min(stop, course.relapse_day - 1)
    low = max(start, 1)
    early = chart.baseline.is_evaluable_in_cycle_1
    if course.mrd == "responder":
        if course.response_day > CYCLE_1:
            day = rng.randint(max(low, 22), CYCLE_1)
            if early:
                samples.take(day, "none")
            elif rng.random() < 0.5:
                samples.take(day, "inadequate")
        _write_response(chart, samples, course.response_day)
    elif course.mrd == "nonresponder":
        high = min(stop, CYCLE_1 if early else LAST_WINDOW_DAY)
        if early:
            samples.take(rng.randint(min(max(low, 20), high), high), "none")
        else:
            samples.take(rng.randint(CYCLE_1 + 1, high), "none")
        if stop > 70 and rng.random() < 0.7:
            samples.take(rng.randint(60, min(stop, LAST_WINDOW_DAY)), "none")
        if stop > 130 and rng.random() < 0.4:
            # a response after the window leaves a nonresponder one
            samples.take(rng.randint(100, stop), "low")
    else:
        _write_uncounted(chart, samples)


def _write_uncounted(chart: Chart, samples: Samples) -> None:
    """Samples that make nobody evaluable: too coarse, or after another therapy."""
    rng, course = chart.rng, chart.course
    if rng.random() < 0.6:
        for day in (28, 70):
            day += rng.randint(-4, 6)
            if day <= course.end_day:
                samples.take(day, "inadequate")
    first = course.before("hsct", "cytotoxic")
    day = first + rng.randint(8, 30)
    if day < course.before("relapse") and rng.random() < 0.6:
        samples.take(day, "complete")


def _relapsed_refractory(chart: Chart, samples: Samples) -> None:
    rng, course = chart.rng, chart.course
    if not course.is_responder:
        if course.end_day > 40 and rng.random() < 0.3:
            samples.take(rng.randint(20, 35), "none", technique="flow_cytometry")
        return
    stop = course.before("hsct", "cytotoxic")
    if course.relapse_day is not None:
        stop = min(stop, course.relapse_day - 1)
    last = min(stop, LAST_WINDOW_DAY)
    first = min(course.response_day + rng.choice((-2, 0, 0, 0, 1)), last)
    if course.mrd == "responder":
        _write_response(chart, samples, first)
    elif course.mrd == "nonresponder":
        samples.take(first, "none")
        if last > first + 14:
            samples.take(rng.randint(first + 7, last), "none")
    else:
        if rng.random() < 0.6:
            samples.take(first, "inadequate")
        if rng.random() < 0.4 and course.before("relapse") > 130:
            samples.take(rng.randint(90, 125), "complete")


def write_mrd(chart: Chart, start: int | None) -> None:
    """`mrd_assessments`; `start` is the first day in remission."""
    rng = chart.rng
    samples = Samples(chart)
    if chart.course.is_mrd_pos:
        for technique in ("pcr", "flow_cytometry"):
            if technique == "pcr" or rng.random() < 0.3:
                samples.take(-rng.randint(0, 14), "none", technique=technique)
        if chart.baseline.disease_status == "mrd_relapse" and rng.random() < 0.6:
            samples.take(-rng.randint(60, 140), "complete")
        _mrd_pos(chart, samples, start)
    else:
        _relapsed_refractory(chart, samples)
