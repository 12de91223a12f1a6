"""One analysis of the study, and everything that is estimated in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from survival.counts import Counts
from survival.cumulative_incidence import cumulative_incidence
from survival.curves import IncidenceCurve, SurvivalCurve
from survival.kaplan_meier import Competing, kaplan_meier, reverse_kaplan_meier

ALL = "all"


@dataclass(frozen=True)
class AnalysisLabels:
    """What a reader is told instead of the codes of an analysis.

    Attributes
    ----------
    population, endpoint : str
    short_endpoint : str
        For narrow columns.
    censoring_rule, stratum_variable : str
        Empty for the standard rule, and without groups.
    axis, time : str
        The axes of its figure.
    event, competing : str
        What is counted, and what competes with it.
    population_order, endpoint_order : int
        Their places in the definitions.
    """

    population: str
    endpoint: str
    short_endpoint: str = ""
    censoring_rule: str = ""
    stratum_variable: str = ""
    axis: str = ""
    time: str = ""
    event: str = "event"
    competing: str = "competing event"
    population_order: int = 0
    endpoint_order: int = 0


@dataclass(frozen=True)
class Analysis:
    """A row of ``survival_analyses``.

    Attributes
    ----------
    analysis_id : str
        ``<population>__<endpoint>[__<rule>][__by_<variable>][__landmark_<day>]``.
    population, endpoint, censoring_rule : str
    counted_endpoint : str
        The endpoint in ``time_to_event`` that holds the times; another one than
        `endpoint` where follow-up is estimated on it.
    competing_role : {"none", "event", "censoring"}
        What a competing event is to the survival curve: an event (`survival` is the
        event-free fraction), or a censoring (P25).
    stratum_variable : str or None
        What splits the patients; None for one curve, whose stratum is ``all``.
    landmark_day : int or None
        Day on which the clock restarts (P22).
    is_reverse : bool
        Whether the end of follow-up is the event (P21).
    caution : str or None
        What a reader must know before believing the curve.
    is_exempt : bool
        Whether it splits by what is known only after the clock starts (P22).
    labels : AnalysisLabels
        By default the codes themselves.
    """

    analysis_id: str
    population: str
    endpoint: str
    censoring_rule: str
    counted_endpoint: str
    competing_role: Competing | Literal["none"]
    stratum_variable: str | None
    landmark_day: int | None
    is_reverse: bool
    caution: str | None
    is_exempt: bool = False
    labels: AnalysisLabels = AnalysisLabels("", "")

    @property
    def has_strata(self) -> bool:
        """Whether something splits the patients."""
        return self.stratum_variable is not None


@dataclass(frozen=True, eq=False)
class AnalysisFit:
    """What is estimated from the counts of one analysis and stratum.

    Attributes
    ----------
    analysis : Analysis
    stratum : str
    counts : Counts
        With the end of follow-up as the event if the analysis is reverse.
    survival : SurvivalCurve
        Event-free fraction of all causes, but net of competing events where
        `competing_role` is "censoring".
    incidence, competing : IncidenceCurve or None
        Cumulative incidence of the event and of the competing event; None where
        the analysis is reverse, which has no incidence to speak of.
    """

    analysis: Analysis
    stratum: str
    counts: Counts
    survival: SurvivalCurve
    incidence: IncidenceCurve | None
    competing: IncidenceCurve | None


def fit_analysis(
    analysis: Analysis, counts: Counts, *, stratum: str = ALL, confidence: float = 0.95
) -> AnalysisFit:
    """Estimate what the conventions prescribe for this endpoint.

    Parameters
    ----------
    analysis : Analysis
    counts : Counts
        As in ``survival_event_table``: of a reverse analysis the events are the ends
        of follow-up.
    stratum : str, keyword-only
    confidence : float, keyword-only

    Returns
    -------
    AnalysisFit
    """
    if analysis.is_reverse:
        # The rows are swapped already, and the estimator swaps for itself.
        survival = reverse_kaplan_meier(counts.roles_swapped(), confidence=confidence)
        return AnalysisFit(analysis, stratum, counts, survival, None, None)
    # "none" is a promise that there are no competing events: kaplan_meier keeps it.
    role = None if analysis.competing_role == "none" else analysis.competing_role
    return AnalysisFit(
        analysis=analysis,
        stratum=stratum,
        counts=counts,
        survival=kaplan_meier(counts, competing=role, confidence=confidence),
        incidence=cumulative_incidence(counts, confidence=confidence),
        competing=cumulative_incidence(
            counts, cause="competing", confidence=confidence
        ),
    )
