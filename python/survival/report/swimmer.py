"""Patient by patient: a lane each from index to the end of follow-up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from survival.groups import Record
from survival.labels import capitalized, typeset
from survival.report.document import Block, Figure, Fold, Section, Table, row
from survival.report.render import draw
from survival.study import Study

if TYPE_CHECKING:
    from survival.warehouse import Warehouse

WIDTH, LEFT, RIGHT, LANE = 560.0, 64.0, 16.0, 12.0
LEGEND_ROW, AXIS = 16.0, 40.0
DEATH, END = "death", "follow_up_end"
WARNING = (
    "Patients are listed here by pseudonym, and each number opens its own list: for "
    "the study team, never to be passed on."
)


class Shape(NamedTuple):
    """A sign on a lane: its classes, and its outline around the day."""

    kind: str
    outline: str


SHAPES = {
    "triangle": Shape("c2 filled", "m0 -4.5l4.5 8-9 0z"),
    "cross": Shape("c1 cross", "m-3.5 -3.5l7 7m-7 0l7 -7"),
    "diamond": Shape("c3 filled", "m0 -4.5l4.5 4.5-4.5 4.5-4.5-4.5z"),
}
# How a lane ends.
ENDS = {
    DEATH: Shape("ink filled", "m-3 -3.5l6 0 0 7-6 0z"),
    END: Shape("ink cross", "m0 -3.5l5 3.5-5 3.5"),
}


class Lane(NamedTuple):
    """A patient: the days of what happened."""

    patient_id: str
    population: str
    index_date: date
    end_date: date
    end_reason: str
    dates: dict[str, date]

    @property
    def n_days(self) -> int:
        """Days of follow-up."""
        return (self.end_date - self.index_date).days

    def marks(self) -> list[tuple[str, int]]:
        """(event, day) in order of time; the end last."""
        found = sorted(
            ((day - self.index_date).days, event) for event, day in self.dates.items()
        )
        end = DEATH if self.end_reason == DEATH else END
        return [*((event, day) for day, event in found), (end, self.n_days)]


def read_lanes(warehouse: Warehouse) -> tuple[Lane, ...]:
    """A lane of each included patient, with the events that the study marks."""
    marks = warehouse.records("report_marks", schema="definitions")
    events = {mark["event_type"] for mark in marks}
    dates: dict[str, dict[str, date]] = {}
    for found in warehouse.records(
        "int_patient_timeline", schema="intermediate", order_by="event_date desc"
    ):
        if found["event_type"] in events:
            # The first of a kind is read last, and stands.
            own = dates.setdefault(found["patient_id"], {})
            own[found["event_type"]] = found["event_date"]
    return tuple(
        Lane(
            patient["patient_id"],
            patient["population"],
            patient["index_date"],
            patient["follow_up_end_date"],
            patient["follow_up_end_reason"],
            dates.get(patient["patient_id"], {}),
        )
        for patient in warehouse.records("cohort", order_by="patient_id")
        if patient["is_included"]
    )


def patients_section(study: Study, lanes: Sequence[Lane]) -> Section:
    """The swimmer plot of each population, and everybody in one table."""
    blocks: list[Block] = []
    for population in study.tables["populations"]:
        own = [lane for lane in lanes if lane.population == population["population"]]
        if own:
            blocks.append(_figure(study, population, own))
    blocks.append(Fold("Every included patient", (_table(study, lanes),)))
    return Section("Patient by patient", "patients", tuple(blocks))


def _marked(study: Study) -> list[tuple[str, Shape, str]]:
    """(event, shape, words) of what is marked on a lane."""
    found = [
        (mark["event_type"], SHAPES[mark["shape"]], _event(study, mark["event_type"]))
        for mark in study.tables["report_marks"]
    ]
    return [*found, *((end, ENDS[end], _event(study, end)) for end in ENDS)]


def _event(study: Study, event: str) -> str:
    return study.word("event_type", event)


def _figure(study: Study, population: Record, lanes: Sequence[Lane]) -> Figure:
    n_dead = sum(lane.end_reason == DEATH for lane in lanes)
    title = f"{typeset(population['label'])}: from index to the end of follow-up"
    name = f"swimmer_{population['population']}"
    words = f"N {len(lanes)}, {n_dead} ended by death"
    return Figure(
        name,
        title,
        f"{words}; longest follow-up first. Of each event the first after index. Where "
        "follow-up ends without a dated death, an arrow.",
        _swimmer(study, lanes, name=name, label=f"{title}. {words}."),
    )


def _swimmer(study: Study, lanes: Sequence[Lane], *, name: str, label: str) -> str:
    """Draw a lane per patient, the longest first."""
    ordered = sorted(lanes, key=lambda lane: (-lane.n_days, lane.patient_id))
    marked = _marked(study)
    shapes = {event: shape for event, shape, _ in marked}
    top = LEGEND_ROW * (-(-len(marked) // 3)) + 10
    last = max(max(lane.n_days for lane in ordered), 1)
    across = (WIDTH - LEFT - RIGHT) / last
    month = float(study.days_per_month)
    base = top + LANE * len(ordered) + 2
    return draw(
        "swimmer.svg",
        name=name,
        label=label,
        width=WIDTH,
        height=base + AXIS,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=top,
        base=base,
        legend=[
            {
                "shape": shape,
                "words": words,
                "x": 14 + 180 * (place % 3),
                "y": 10 + LEGEND_ROW * (place // 3),
            }
            for place, (_, shape, words) in enumerate(marked)
        ],
        ticks=[
            (LEFT + m * month * across, m) for m in range(0, int(last / month) + 1, 6)
        ],
        lanes=[
            {
                "patient_id": lane.patient_id,
                "y": top + LANE * place + LANE / 2,
                "end": LEFT + lane.n_days * across,
                "marks": [
                    {
                        "event": event,
                        "day": day,
                        "x": LEFT + day * across,
                        "shape": shapes[event],
                    }
                    for event, day in lane.marks()
                ],
            }
            for place, lane in enumerate(ordered)
        ],
    )


def _table(study: Study, lanes: Sequence[Lane]) -> Table:
    events = [mark["event_type"] for mark in study.tables["report_marks"]]
    rows = (
        row(
            lane.patient_id,
            study.population_label(lane.population),
            str(lane.index_date),
            *(str(lane.dates.get(event, "")) for event in events),
            str(lane.end_date),
            study.word("follow_up_end", lane.end_reason),
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
            *(capitalized(_event(study, event)) for event in events),
            "End of follow-up",
            "Ended by",
        ),
        tuple(rows),
        n_words=5 + len(events),
    )
