"""Patient by patient: a lane each from index to the end of follow-up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from survival.report.document import Block, Figure, Fold, Section
from survival.report.svg import drawing, line, number, text
from survival.report.table import Table, row
from survival.report.words import population_word
from survival.study import Record, Study

if TYPE_CHECKING:
    from survival.warehouse import Warehouse

POPULATIONS = ("mrd_pos_ph_neg", "mrd_pos_ph_pos", "rr_ph_neg", "rr_ph_pos")
WIDTH, LEFT, RIGHT, LANE = 560.0, 64.0, 16.0, 12.0
LEGEND_ROW, AXIS = 16.0, 40.0
# What is marked on a lane: its class, its outline around the day, and its words.
MARKS = {
    "response": ("c2 filled", "m0 -4.5l4.5 8-9 0z", "first response"),
    "relapse": ("c1 cross", "m-3.5 -3.5l7 7m-7 0l7 -7", "relapse"),
    "hsct": ("c3 filled", "m0 -4.5l4.5 4.5-4.5 4.5-4.5-4.5z", "HSCT"),
    "death": ("ink filled", "m-3 -3.5l6 0 0 7-6 0z", "death"),
    "follow_up_end": ("ink cross", "m0 -3.5l5 3.5-5 3.5", "follow-up ends"),
}
RESPONSE = {
    "mrd_positive": "mrd_response_date",
    "relapsed_refractory": "remission_date",
}
WARNING = (
    "Patients are listed here by pseudonym, and each number opens its own list: for "
    "the study team, never to be passed on."
)


class Lane(NamedTuple):
    """A patient: the days since index of what happened, None where it did not."""

    patient_id: str
    population: str
    index_date: date
    end_date: date
    end_reason: str
    dates: dict[str, date | None]

    @property
    def n_days(self) -> int:
        """Days of follow-up."""
        return (self.end_date - self.index_date).days

    def marks(self) -> list[tuple[str, int]]:
        """(kind, day) in order of time; the end last."""
        found = sorted(
            ((day - self.index_date).days, kind)
            for kind, day in self.dates.items()
            if day is not None
        )
        end = "death" if self.end_reason == "death" else "follow_up_end"
        return [*((kind, day) for day, kind in found), (end, self.n_days)]


def read_lanes(warehouse: Warehouse) -> tuple[Lane, ...]:
    """A lane of each included patient, from the marts."""
    responses: dict[str, list[Record]] = {}
    for found in warehouse.records("responses"):
        responses.setdefault(found["patient_id"], []).append(found)
    hsct = {
        found["patient_id"]: found["hsct_date"]
        for found in warehouse.records("transplant_outcomes")
    }
    relapses = {
        found["patient_id"]: found["end_date"]
        for found in warehouse.records("time_to_event")
        if found["endpoint"] in ("dfs", "rfs")
        and found["censoring_rule"] == "standard"
        and found["ended_by"] == "relapse"
    }
    lanes = []
    for patient in warehouse.records("cohort", order_by="patient_id"):
        if not patient["is_included"]:
            continue
        patient_id = patient["patient_id"]
        column = RESPONSE[patient["disease_group"]]
        days = [found[column] for found in responses.get(patient_id, [])]
        dates = {
            "response": min((day for day in days if day is not None), default=None),
            "relapse": relapses.get(patient_id),
            "hsct": hsct.get(patient_id),
        }
        lanes.append(
            Lane(
                patient_id,
                patient["population"],
                patient["index_date"],
                patient["follow_up_end_date"],
                patient["follow_up_end_reason"],
                dates,
            )
        )
    return tuple(lanes)


def patients_section(study: Study, lanes: Sequence[Lane]) -> Section:
    """The swimmer plot of each population, and everybody in one table."""
    blocks: list[Block] = []
    for population in POPULATIONS:
        own = [lane for lane in lanes if lane.population == population]
        if own:
            blocks.append(_figure(study, population, own))
    blocks.append(Fold("Every included patient", (_table(study, lanes),)))
    return Section("Patient by patient", "patients", tuple(blocks))


def _figure(study: Study, population: str, lanes: Sequence[Lane]) -> Figure:
    name = population_word(study, population)
    n_dead = sum(lane.end_reason == "death" for lane in lanes)
    title = f"{name}: from index to the end of follow-up"
    return Figure(
        f"swimmer_{population}",
        title,
        f"N {len(lanes)}, longest follow-up first; {n_dead} ended by death. The first "
        "response within two cycles (MRD response in MRD+, CR/CRh/CRi in R/R), the "
        "relapse that ended DFS or RFS, the first HSCT after index. Where follow-up "
        "ends without a dated death, an arrow.",
        swimmer(
            lanes,
            name=f"swimmer_{population}",
            label=f"{title}. N {len(lanes)}, {n_dead} ended by death.",
            days_per_month=float(study.days_per_month),
        ),
    )


def swimmer(
    lanes: Sequence[Lane], *, name: str, label: str, days_per_month: float
) -> str:
    """Draw a lane per patient, the longest first."""
    ordered = sorted(lanes, key=lambda lane: (-lane.n_days, lane.patient_id))
    top = 2 * LEGEND_ROW + 10
    base = top + LANE * len(ordered) + 2
    last = max(max(lane.n_days for lane in ordered), 1)
    across = (WIDTH - LEFT - RIGHT) / last
    parts = [*_legend(), *_axis(last, across, top, base, days_per_month)]
    for place, lane in enumerate(ordered):
        parts.append(_lane(lane, top + LANE * place + LANE / 2, across))
    return drawing(parts, width=WIDTH, height=base + AXIS, label=label, name=name)


def _legend() -> Iterable[str]:
    for place, (kind, (_, _, words)) in enumerate(MARKS.items()):
        x, y = 14 + 180 * (place % 3), 10 + LEGEND_ROW * (place // 3)
        yield _mark(kind, x, y)
        yield text(x + 12, y + 4, words)


def _axis(
    last: int, across: float, top: float, base: float, days_per_month: float
) -> Iterable[str]:
    for month in range(0, int(last / days_per_month) + 1, 6):
        x = LEFT + month * days_per_month * across
        yield line(x, top, x, base, kind="grid")
        yield text(x, base + 14, str(month), anchor="m", kind="month")
    yield text((LEFT + WIDTH - RIGHT) / 2, base + 30, "Months from index", anchor="m")


def _lane(lane: Lane, y: float, across: float) -> str:
    end = LEFT + lane.n_days * across
    drawn = [
        text(LEFT - 8, y + 3.5, lane.patient_id, anchor="e", kind="small"),
        f'<path class="lane" d="M{number(LEFT)} {number(y)}H{number(end)}"/>',
    ]
    drawn += [
        _mark(kind, LEFT + day * across, y, f' data-kind="{kind}" data-day="{day}"')
        for kind, day in lane.marks()
    ]
    return f'<g data-patient="{escape(lane.patient_id)}">{"".join(drawn)}</g>'


def _mark(kind: str, x: float, y: float, extra: str = "") -> str:
    classes, outline, _ = MARKS[kind]
    place = f"M{number(x)} {number(y)}{outline}"
    return f'<path class="sign {classes}"{extra} d="{place}"/>'


def _table(study: Study, lanes: Sequence[Lane]) -> Table:
    rows = (
        row(
            lane.patient_id,
            population_word(study, lane.population),
            str(lane.index_date),
            *(str(day) if day is not None else "" for day in lane.dates.values()),
            str(lane.end_date),
            lane.end_reason.replace("_", " "),
        )
        for lane in lanes
    )
    return Table(
        "patients",
        "Included patients, with the dates that the figures above show",
        (
            "Patient",
            "Population",
            "Index",
            "First response",
            "Relapse",
            "HSCT",
            "End of follow-up",
            "Ended by",
        ),
        tuple(rows),
        n_words=8,
    )
