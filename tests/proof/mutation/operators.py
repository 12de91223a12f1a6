"""The small faults: one token of one SQL file changed at one place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

COMMENT = re.compile(r"--[^\n]*|\{#.*?#\}", re.DOTALL)
FRAME = re.compile(r"rows between unbounded preceding and current row")
SWAPS = (
    ("bound", r"(?<![<>=|-])<(?![=>])", "<="),
    ("bound", r"<=", "<"),
    ("bound", r"(?<![<>=|-])>(?!=)", ">="),
    ("bound", r">=", ">"),
    ("inequality", r"<>", "="),
    ("min_max", r"\bmin\(", "max("),
    ("min_max", r"\bmax\(", "min("),
    ("least_greatest", r"\bleast\(", "greatest("),
    ("least_greatest", r"\bgreatest\(", "least("),
    ("floor_ceil", r"\bfloor\(", "ceil("),
    ("floor_ceil", r"\bceil\(", "floor("),
    ("join", r"\binner join\b", "left join"),
    ("join", r"\bleft join\b", "inner join"),
    ("null", r"\bis null\b", "is not null"),
    ("null", r"\bis not null\b", "is null"),
    ("nulls", r"\bnulls last\b", "nulls first"),
    ("nulls", r"\bnulls first\b", "nulls last"),
    ("union", r"\bunion all\b", "union"),
    ("union", r"\bunion\b(?! all)", "union all"),
    ("distinct", r"\bdistinct ", ""),
    ("window", r"\bbetween(?=\s)(?! unbounded)", "between 1 +"),
    ("window", r"\bbetween(?=\s)(?! unbounded)", "between -1 +"),
    ("frame", FRAME.pattern, "rows between 1 preceding and current row"),
    ("frame", FRAME.pattern, "rows between unbounded preceding and 1 preceding"),
    (
        "frame",
        FRAME.pattern,
        "rows between unbounded preceding and unbounded following",
    ),
)
# Not after a plain `=`: most are flags.
NUMBER = re.compile(r"(?:(?<=[<>+-] )|(?<=[<>]= ))\d+\b(?![.'])")


@dataclass(frozen=True)
class Mutant:
    """One fault in one file.

    Attributes
    ----------
    path : str
        The file, from the project's folder.
    line : int
        Where the fault begins, counted from 1.
    operator : str
        Its kind.
    written, instead : str
        The changed lines before and after, on one line.
    nth : int
        Which of the file's places with this same change, counted from 1.
    text : str
        The whole file with the fault.
    """

    path: str
    line: int
    operator: str
    written: str
    instead: str
    nth: int
    text: str = field(repr=False)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names the fault as long as its lines stand as they are."""
        return self.path, self.written, self.instead, str(self.nth)


def mutants(path: str, text: str) -> Iterator[Mutant]:
    """All faults of a file, in the order of its lines."""
    code = COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    seen: dict[tuple[str, str], int] = {}
    for start, end, operator, replacement in sorted(set(_edits(code))):
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", end)
        written = " ".join(text[first:last].split())
        changed = text[first:start] + replacement + text[end:last]
        instead = " ".join(changed.split())
        seen[written, instead] = seen.get((written, instead), 0) + 1
        yield Mutant(
            path=path,
            line=text.count("\n", 0, start) + 1,
            operator=operator,
            written=written,
            instead=instead,
            nth=seen[written, instead],
            text=text[:start] + replacement + text[end:],
        )


def _edits(code: str) -> Iterator[tuple[int, int, str, str]]:
    for operator, pattern, replacement in SWAPS:
        for found in re.finditer(pattern, code):
            yield found.start(), found.end(), operator, replacement
    windows = {
        _word_at_depth(code, found.end(), "and")
        for found in re.finditer(r"\bbetween\b", code)
    }
    for found in re.finditer(r"\b(and|or)\b", code):
        if found.start() not in windows:
            other = "or" if found[0] == "and" else "and"
            yield found.start(), found.end(), "and_or", other
        elif not FRAME.match(code, max(code.rfind("rows", 0, found.start()), 0)):
            yield found.start(), found.end(), "window", "and 1 +"
            yield found.start(), found.end(), "window", "and -1 +"
    for found in NUMBER.finditer(code):
        for number in (int(found[0]) - 1, int(found[0]) + 1):
            yield found.start(), found.end(), "number", str(number)
    for found in re.finditer(r"\bcoalesce\(", code):
        *_, comma = _commas(code, found.end())
        close = _closing(code, found.end())
        yield found.start(), close + 1, "coalesce", code[found.end() : comma].strip()
    for found in re.finditer(r"\border by\b", code):
        yield from _orderings(code, found.end())


def _orderings(code: str, start: int) -> Iterator[tuple[int, int, str, str]]:
    """Each key of a window's ordering turned round."""
    end = _closing(code, start)
    if frame := FRAME.search(code, start, end):
        end = frame.start()
    if (quote := _word_at_depth(code, start, "'")) is not None:
        end = min(end, quote)
    places = [start - 1, *[at for at in _commas(code, start) if at < end], end]
    for before, after in pairwise(places):
        key = code[before + 1 : after].rstrip()
        stop = before + 1 + len(key)
        begin = stop - len(key.lstrip())
        bare = re.sub(r" (asc|desc)\b", "", key.strip())
        nulls = re.search(r" nulls (first|last)$", bare)
        bare, tail = (bare[: nulls.start()], nulls[0]) if nulls else (bare, "")
        direction = "" if re.search(r" desc\b", key) else " desc"
        yield begin, stop, "ordering", bare + direction + tail


def _depths(code: str, start: int) -> Iterator[tuple[int, int]]:
    """Places from `start` on with their depth in parentheses."""
    depth = 0
    for at in range(start, len(code)):
        if code[at] == ")":
            depth -= 1
        if depth < 0:
            yield at, depth
            return
        yield at, depth
        depth += code[at] == "("


def _closing(code: str, start: int) -> int:
    return [at for at, _ in _depths(code, start)][-1]


def _commas(code: str, start: int) -> list[int]:
    return [at for at, depth in _depths(code, start) if not depth and code[at] == ","]


def _word_at_depth(code: str, start: int, word: str) -> int | None:
    pattern = re.compile(rf"\b{word}\b" if word.isalpha() else word)
    for at, depth in _depths(code, start):
        if not depth and pattern.match(code, at):
            return at
    return None
