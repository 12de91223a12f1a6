"""What stops a mapping: slips in its words, each in one line with its remedy."""

import difflib
from collections.abc import Iterable, Sequence

from delivery.faults import one_line, quoted

_LISTED = 30


class MappingRefused(Exception):
    """A mapping that cannot be carried out; its text is one line for each slip."""

    def __init__(self, slips: Iterable[str]):
        self.slips = tuple(one_line(slip, limit=1000) for slip in dict.fromkeys(slips))
        super().__init__("\n".join(self.slips))


def unknown(word: str, what: str, known: Sequence[str]) -> str:
    """That a word does not exist, the nearest one that does, and all of them."""
    said = f"{quoted(word)} is no {what}"
    if not known:
        return f"{said}; there is none"
    folded = {name.casefold(): name for name in reversed(known)}
    nearest = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=0)
    listed = ", ".join(known[:_LISTED]) + (", ..." if len(known) > _LISTED else "")
    return f"{said}; the nearest is {quoted(folded[nearest[0]])} (of {listed})"
