"""A column of whole numbers as users hold it: taken whole, or refused with a remedy."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from survival.errors import CountsError

IntArray = NDArray[np.int64]
# Above it, neighbouring integers are no longer told apart by a float.
LARGEST = 2**53
# Names, so that pandas need not be imported to know its values.
MISSING = ("NoneType", "NAType", "NaTType")


def whole_numbers(name: str, values: ArrayLike) -> IntArray:
    """A one-dimensional copy as int64: nothing is rounded, filled or left out.

    Parameters
    ----------
    name : str
        What the column is called in the errors.
    values : array_like
        A list, a tuple, an array, or a column of a data frame.

    Raises
    ------
    CountsError
        If a value is missing, masked, not whole or not a number, or if `values` is
        not one column.
    """
    _refuse_other_containers(name, values)
    try:
        array = np.array(values)
    except ValueError as error:
        raise CountsError(
            f"{name} holds lists of different lengths: give one number per patient"
        ) from error
    if array.ndim != 1:
        raise CountsError(
            f"{name} must have one dimension, not {array.ndim}: give one column, as a "
            "list, an array or a Series"
        )
    if array.size == 0:
        return np.zeros(0, dtype=np.int64)
    if array.dtype.kind == "O":
        array = _from_objects(name, array)
    _refuse_other_kinds(name, array)
    if array.dtype.kind == "f":
        _refuse_fractions(name, array)
    if max(abs(float(array.min())), abs(float(array.max()))) > LARGEST:
        raise CountsError(_too_large(name))
    return array.astype(np.int64)


def refuse_different_indexes(**columns: object) -> None:
    """Refuse Series whose labels differ: paired by place, patients would be mixed up.

    Raises
    ------
    CountsError
        If two of the columns are Series with different indexes.
    """
    indexed = {
        name: column.index
        for name, column in columns.items()
        if hasattr(column, "index") and not callable(column.index)
    }
    if len(indexed) < 2:
        return
    first, *others = indexed
    for other in others:
        if indexed[first].equals(indexed[other]):
            continue
        same = sorted(map(str, indexed[first])) == sorted(map(str, indexed[other]))
        how = "the same labels in another order" if same else "other labels"
        raise CountsError(
            f"{first} and {other} are Series with different indexes ({how}): take both "
            f"from one data frame, or pass {other}.reindex({first}.index)"
        )


def _refuse_other_containers(name: str, values: Any) -> None:
    if isinstance(values, np.ma.MaskedArray) or (
        isinstance(values, list | tuple)
        and any(value is np.ma.masked for value in values)
    ):
        raise CountsError(
            f"{name} is masked, and a masked value would count: leave those "
            "patients out of every column, and pass the arrays without masks"
        )
    if isinstance(values, str | bytes):
        raise CountsError(f"{name} is text: give a list of numbers")
    if hasattr(values, "columns") or isinstance(values, dict):
        raise CountsError(f"{name} is a table: give one column of it")
    if isinstance(values, set | frozenset):
        raise CountsError(f"{name} is a set, which has no order: give a list")
    if not hasattr(values, "__len__"):
        raise CountsError(
            f"{name} is {_named(values)}, not a column: give a list or an array"
        )


def _from_objects(name: str, array: np.ndarray) -> np.ndarray:
    """Whole numbers held as objects, as columns with missing values hold them."""
    values: list[Any] = array.tolist()
    for place, value in enumerate(values):
        if type(value).__name__ in MISSING:
            raise CountsError(
                f"{name} has no value at position {place}: leave out patients without "
                "one, of every column"
            )
        if not isinstance(value, Integral | float):
            raise CountsError(_not_integers(name, _named(value)))
        if abs(float(value)) > LARGEST:
            raise CountsError(_too_large(name))
    return np.array(values)


def _refuse_other_kinds(name: str, array: np.ndarray) -> None:
    kind = array.dtype.kind
    if kind == "M":
        raise CountsError(
            f"{name} holds dates: subtract the origin's, and pass the days (.dt.days)"
        )
    if kind == "m":
        raise CountsError(f"{name} holds durations: pass their days (.dt.days)")
    if kind not in "iufb":
        raise CountsError(_not_integers(name, "text" if kind in "US" else array.dtype))
    if kind == "b" and name != "status":
        raise CountsError(
            f"{name} holds true and false: give days; is it the status, which comes "
            "second?"
        )


def _refuse_fractions(name: str, array: np.ndarray) -> None:
    if not (np.isfinite(array).all() and (array == np.floor(array)).all()):
        raise CountsError(
            f"{name} must hold whole numbers without gaps: give times in days (the "
            "unit of analysis), not months, and leave out patients without one"
        )


def _too_large(name: str) -> str:
    return (
        f"{name} holds a number above 2**53: give days since the origin, not seconds "
        "or dates"
    )


def _not_integers(name: str, kind: object) -> str:
    return (
        f"{name} must hold integers, not {kind}: convert them first, count days from "
        "dates, and leave out patients without one"
    )


def _named(value: object) -> str:
    """What a value is, in a word that a reader of the error knows."""
    return "text" if isinstance(value, str | bytes) else f"a {type(value).__name__}"
