"""Simulated annealing over courses, with figures kept up to date move by move."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable
from copy import copy
from math import exp, inf
from random import Random
from typing import Protocol

from ..courses import Course


class Figure(Protocol):
    """Anything that tells how far sorted keys are from what was printed."""

    def distance(self, keys: list[int]) -> float:
        """0 where the figure prints as published."""
        ...


class Search:
    """The courses of a population and the keys of each analysis.

    Parameters
    ----------
    courses : list of Course
        A first state; every one of them valid.
    figures : dict
        Analysis -> figure.
    keys_of : callable
        Course -> analysis -> key, for the analyses that it is in.
    propose : callable
        (rng, courses) -> {number: changed course}, valid ones only, or nothing.
    wishes : frozenset of str
        Analyses to come close to, which need not be met.
    """

    def __init__(
        self,
        courses: list[Course],
        figures: dict[str, Figure],
        keys_of: Callable[[Course], dict[str, int]],
        propose: Callable[[Random, list[Course]], dict[int, Course]],
        wishes: frozenset[str] = frozenset(),
    ) -> None:
        self.courses = courses
        self.figures = figures
        self.keys_of = keys_of
        self.propose = propose
        self.wishes = wishes
        self.best: list[Course] | None = None
        self.best_wish = inf
        self.own = [keys_of(course) for course in courses]
        self.keys: dict[str, list[int]] = {name: [] for name in figures}
        for own in self.own:
            for name, key in own.items():
                insort(self.keys[name], key)
        self.distances = {
            name: figure.distance(self.keys[name]) for name, figure in figures.items()
        }

    def missed(self) -> dict[str, float]:
        """Distances of the analyses that have to be met and are not."""
        return {
            name: distance
            for name, distance in self.distances.items()
            if distance > 1e-9 and name not in self.wishes
        }

    def _note(self) -> bool:
        """Keep a state that meets all it has to, if it comes closer to the wishes."""
        if self.missed():
            return False
        wish = sum(self.distances[name] for name in sorted(self.wishes))
        if wish < self.best_wish:
            self.best, self.best_wish = list(self.courses), wish
        return wish < 1e-9

    def _move(self, number: int, target: dict[str, int]) -> set[str]:
        """Replace the keys of one course; the analyses that changed."""
        changed = set()
        own = self.own[number]
        for name in own.keys() | target.keys():
            old, new = own.get(name), target.get(name)
            if old == new:
                continue
            keys = self.keys[name]
            if old is not None:
                del keys[bisect_left(keys, old)]
            if new is not None:
                insort(keys, new)
            changed.add(name)
        self.own[number] = target
        return changed

    def step(self, rng: Random, temperature: float) -> None:
        """Propose one change, and keep it if it helps or luck has it."""
        changes = self.propose(rng, self.courses)
        if not changes:
            return
        before = {number: self.own[number] for number in changes}
        touched: set[str] = set()
        for number, course in changes.items():
            touched |= self._move(number, self.keys_of(course))
        kept = {name: self.distances[name] for name in touched}
        worse = 0.0
        # a fixed order, or the sum would depend on the order of a set
        for name in sorted(touched):
            self.distances[name] = self.figures[name].distance(self.keys[name])
            worse += self.distances[name] - kept[name]
        if worse <= 0 or rng.random() < exp(-worse / temperature):
            for number, course in changes.items():
                self.courses[number] = course
            return
        for number, own in before.items():
            self._move(number, own)
        self.distances.update(kept)

    def run(
        self, rng: Random, *, steps: int, hot: float = 1.0, cold: float = 0.02
    ) -> bool:
        """Cool down once, to the end or until every figure and wish is met."""
        for number in range(steps):
            temperature = hot * (cold / hot) ** (number / steps)
            self.step(rng, temperature)
            if number % 25 == 0 and self._note():
                break
        self._note()
        return self.best is not None


def changed(course: Course, **values: object) -> Course:
    """A copy of a course with other values."""
    other = copy(course)
    for name, value in values.items():
        setattr(other, name, value)
    return other
