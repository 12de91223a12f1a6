"""Why each result moved between two published files: its causes, which add up.

The steps between the two are built with the same models, in a place of their own: the
code, the definitions, the patients who came or went, corrections, new follow-up. What a
step moves is its cause's share, so that the shares of a cell sum to its movement.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from delivery.definitions import seed_folders
from delivery.faults import one_line
from survival.movements import is_moved

from building.results import Cell, Cells, ChangesFailed, read_published
from building.steps import CAUSES, CUT_OFF, Steps


@dataclass(frozen=True)
class Movement:
    """A result cell before and after, and each cause's share of the way.

    Attributes
    ----------
    before, after : float or None
        None where the cell is not there, or could not be estimated.
    shares : dict of str to float
        By cause; they sum to `after` less `before`. Empty where one of them is None.
    causes : tuple of str
        The causes that moved the cell.
    """

    cell: Cell
    before: float | None
    after: float | None
    shares: dict[str, float]
    causes: tuple[str, ...]


def explain(
    old: Path, new: Path, *, is_reversed: bool, step: Callable[[str], None]
) -> list[Movement]:
    """Every movement of a result between two published files.

    Parameters
    ----------
    old, new : Path
    is_reversed : bool
        Put the causes in place in the reverse order.
    step : callable
        Told of each step before it is built.

    Raises
    ------
    ChangesFailed
        Where a file is none of this project's, or a step cannot be built.
    """
    before, after = read_published(old), read_published(new)
    study = seed_folders()[1].name
    for path, published in ((old, before), (new, after)):
        if published.study != study:
            raise ChangesFailed(
                f"{path} is of study '{published.study}': set STUDY to it, which is "
                f"'{study}' here"
            )
    order = CAUSES[::-1] if is_reversed else CAUSES
    done: list[tuple[str, Cells]] = []
    with tempfile.TemporaryDirectory() as place:
        step("records compared")
        try:
            steps = Steps(before, after, Path(place))
            plan = steps.plan(order)
            for cause, in_place in plan[:-1]:
                step(f"{cause}{' (the cut-off alone)' if CUT_OFF in in_place else ''}")
                done.append((cause, steps.build(in_place)))
        except duckdb.Error as error:
            raise ChangesFailed(
                f"{old} and {new} are not of one version of the project: build the "
                "earlier delivery again with this one, and compare with that "
                f"({one_line(str(error), limit=160)})"
            ) from error
        done.append((plan[-1][0], after.cells))
    return list(_movements(before.cells, done))


def _movements(cells: Cells, done: list[tuple[str, Cells]]) -> Iterator[Movement]:
    states = [cells, *(reached for _, reached in done)]
    for cell in sorted(set().union(*states)):
        values = [state.get(cell) for state in states]
        if not any(is_moved(values[0], value) for value in values):
            continue
        moved, shares = [], dict.fromkeys(CAUSES, 0.0)
        for (cause, _), one, two in zip(done, values, values[1:], strict=False):
            if is_moved(one, two):
                moved.append(cause)
            if one is not None and two is not None:
                shares[cause] += two - one
        yield Movement(
            cell=cell,
            before=values[0],
            after=values[-1],
            shares={} if None in values else shares,
            causes=tuple(dict.fromkeys(moved)),
        )
