"""The parameters of a study: what each may be, and what a build uses.

The seed `parameters` says them, and ``--vars`` may say others. Models read them
in `study_parameters`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from delivery.definitions import seed, vocabularies

# What SQL reads by name, of every study.
READ_BY_NAME = ("study_end", "cycle_length_days", "days_per_month")
# ... and what it reads where the study has it, to find cycles outside the programme.
READ_IF_THERE = ("index_drug", "access_program")
_TEXT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _./+-]*")


@dataclass(frozen=True)
class Kind:
    """What the values of one type of parameter may be."""

    expected: str
    is_met: Callable[[str], bool]
    is_list: bool = False


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _number(lowest: int, highest: int, *, places: int = 0) -> Kind:
    def is_met(text: str) -> bool:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return False
        return (
            re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) is not None
            and lowest <= number <= highest
            and number == round(number, places)
        )

    kind = "whole number" if not places else f"number of at most {places} decimals"
    return Kind(f"a {kind} from {lowest} to {highest}", is_met)


_KINDS = {
    "text": Kind(
        "a text of letters, digits, blanks and _ . / + -, or a list of distinct ones",
        lambda text: _TEXT.fullmatch(text) is not None,
        is_list=True,
    ),
    "date": Kind("a date as YYYY-MM-DD", _is_day),
    "age": _number(0, 150),
    "duration": _number(1, 3660),
    "month_length": _number(28, 31, places=6),
}


def kind(type_name: str) -> Kind | None:
    """What a type of parameter may be; None for one that does not exist."""
    if type_name in _KINDS:
        return _KINDS[type_name]
    if not (allowed := vocabularies().get(type_name, [])):
        return None
    shown = ", ".join(allowed) if len(allowed) <= 12 else f"'{type_name}'"
    return Kind(
        f"a list of distinct terms of {shown}, as [{', '.join(allowed[:2])}]",
        lambda text: text in allowed,
        is_list=True,
    )


def parameter_types() -> list[str]:
    """Every type that a parameter may be of."""
    return [*_KINDS, *sorted(vocabularies())]


def parameters_used(given: Mapping[str, Any]) -> dict[str, str]:
    """Each parameter as text: what ``--vars`` say, else what the study says."""
    return {row["parameter"]: row["value"] for row in seed("parameters")} | {
        name: parameter_text(value) for name, value in given.items()
    }


def parameter_text(value: Any) -> str:
    """A parameter's value as models read it: several with commas."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def parameter_faults(given: Mapping[str, Any]) -> list[str]:
    """What is wrong with the values of parameters, in a line each."""
    types = {row["parameter"]: row["type"] for row in seed("parameters")}
    faults = []
    for name in given:
        if name not in types:
            nearest = get_close_matches(name, types, n=1)
            hint = f"; did you mean '{nearest[0]}'?" if nearest else ""
            faults.append(
                f"--vars: there is no parameter '{name}'; expected one of "
                f"{', '.join(types)}{hint}"
            )
    for name, type_name in types.items():
        expected = kind(type_name)
        if expected is None:
            continue
        value = given.get(name, parameters_used({})[name])
        if not _is_allowed(value, expected):
            where = "--vars" if name in given else "seed parameters"
            faults.append(
                f"{where}: parameter '{name}' cannot be {_shown(value)}; expected "
                f"{expected.expected}"
            )
    return faults or _orders_broken(given)


def _is_allowed(value: Any, expected: Kind) -> bool:
    if value is None or isinstance(value, bool | dict):
        return False
    if isinstance(value, list) and not expected.is_list:
        return False
    parts = (
        parameter_text(value).split(",")
        if expected.is_list
        else [parameter_text(value)]
    )
    return all(map(expected.is_met, parts)) and len({*parts}) == len(parts)


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str | date) else str(value)


def _orders_broken(given: Mapping[str, Any]) -> list[str]:
    """Bounds of a criterion the wrong way round, and an enrolment past the end."""
    used = parameters_used(given)
    types = {row["parameter"]: row["type"] for row in seed("parameters")}
    pairs = []
    for row in seed("eligibility_criteria"):
        if row["at_least"] and row["at_most"]:
            pairs.append((row["at_least"], row["at_most"]))
        if row["fact"] == "index_date" and row["at_most"]:
            pairs.append((row["at_most"], "study_end"))
    return [
        f"{'--vars' if later in given or earlier in given else 'seed parameters'}: "
        f"parameter '{later}' is {used[later]}, before '{earlier}', {used[earlier]}; "
        "expected it on or after"
        for earlier, later in pairs
        if earlier in used
        and later in used
        and _rank(used[earlier], types[earlier]) > _rank(used[later], types[later])
    ]


def _rank(value: str, type_name: str) -> Any:
    return value if type_name == "date" else Decimal(value)
