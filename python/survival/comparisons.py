"""Which groups are tested against each other when tests are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from survival.analysis import ALL, Analysis
from survival.counts import Counts
from survival.group_tests import GroupTest, gray, log_rank
from survival.labels import inner

DESCRIPTIVE = (
    "The study is descriptive and tests no hypothesis; these tests were asked for. "
    "They are exploratory, and not corrected for their number."
)
KNOWN_LATER = "not tested: the groups are known only after the clock starts"
ONE_GROUP = "not tested: fewer than two groups have patients"
NO_EVENT = "not tested: no event while two groups are at risk"


@dataclass(frozen=True)
class Comparison:
    """A test of one curve between groups, or why there is none.

    Attributes
    ----------
    analyses : tuple of Analysis
        The analysis whose strata are compared, or the two whose patients are.
    groups : tuple of str
        Strata, or populations.
    curve : str
        What is compared, in words.
    result : GroupTest or None
    reason : str or None
        Why there is no result.
    """

    analyses: tuple[Analysis, ...]
    groups: tuple[str, ...]
    curve: str
    result: GroupTest | None
    reason: str | None = None

    @property
    def name(self) -> str:
        """Ids of the analyses."""
        return " v ".join(analysis.analysis_id for analysis in self.analyses)


def compare(
    analyses: Iterable[Analysis],
    counts: Mapping[str, Mapping[str, Counts]],
    *,
    siblings: Iterable[Sequence[str]] = (),
) -> tuple[Comparison, ...]:
    """Test the strata of each analysis, and populations where causes compete.

    Parameters
    ----------
    analyses : iterable of Analysis
    counts : mapping of str to mapping of str to Counts
        By analysis id and stratum.
    siblings : iterable of sequences of str, keyword-only
        Populations that split another: no analysis splits patients whose time ends in
        competing ways, and these do.

    Returns
    -------
    tuple of Comparison
        Log-rank tests where nothing competes; Gray's tests of each cause where it
        does, and the log-rank test beside them where the curve censors at it.
    """
    asked = {analysis.analysis_id: analysis for analysis in analyses}
    return tuple(
        comparison
        for members, groups in _compared(asked, counts, siblings)
        for comparison in _tested(members, groups)
    )


def _compared(
    asked: Mapping[str, Analysis],
    counts: Mapping[str, Mapping[str, Counts]],
    siblings: Iterable[Sequence[str]],
) -> Iterator[tuple[tuple[Analysis, ...], dict[str, Counts]]]:
    for analysis in asked.values():
        if analysis.stratum_variable is not None and not analysis.is_reverse:
            yield (analysis,), dict(counts.get(analysis.analysis_id, {}))
    for populations in siblings:
        for family in _families(asked.values(), populations):
            known = {
                each.population: counts.get(each.analysis_id, {}).get(ALL)
                for each in family
            }
            yield family, {name: n for name, n in known.items() if n is not None}


def _families(
    analyses: Iterable[Analysis], populations: Sequence[str]
) -> list[tuple[Analysis, ...]]:
    """Analyses that differ in their population alone, where causes compete."""
    families: dict[tuple[str, str], dict[str, Analysis]] = {}
    for analysis in analyses:
        is_whole = not analysis.has_strata and analysis.landmark_day is None
        if is_whole and analysis.competing_role != "none":
            key = (analysis.endpoint, analysis.censoring_rule)
            families.setdefault(key, {})[analysis.population] = analysis
    return [
        tuple(members[name] for name in populations)
        for members in families.values()
        if set(populations) <= members.keys()
    ]


def _tested(
    analyses: tuple[Analysis, ...], groups: dict[str, Counts]
) -> Iterator[Comparison]:
    first = analyses[0]
    event, competing = first.labels.event, first.labels.competing
    counts = list(groups.values())
    tests_by_role: dict[str, dict[str, Callable[[list[Counts]], GroupTest]]] = {
        "none": {inner(first.labels.endpoint): log_rank},
        "censoring": {f"no {event} yet ({competing} censored)": log_rank, event: gray},
        "event": {
            event: gray,
            competing: lambda counts: gray(counts, cause="competing"),
        },
    }
    for curve, test in tests_by_role[first.competing_role].items():
        result: GroupTest | None = None
        reason = KNOWN_LATER if first.is_exempt else None
        if reason is None and len(counts) < 2:
            reason = ONE_GROUP
        if reason is None:
            result = test(counts)
            if not result.degrees_of_freedom:
                result, reason = None, NO_EVENT
        yield Comparison(analyses, tuple(groups), curve, result, reason)


def format_p(p_value: float) -> str:
    """A p-value to three decimals, ``< 0.001`` below.

    >>> format_p(0.04963), format_p(0.0002)
    ('0.050', '< 0.001')
    """
    return "< 0.001" if p_value < 0.0005 else f"{p_value:.3f}"
