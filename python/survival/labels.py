"""Words of the marts as a reader says them; an unknown word stands for itself."""

from __future__ import annotations

from survival.analysis import Analysis

POPULATIONS = {
    "all": "All patients",
    "mrd_pos": "MRD+",
    "mrd_pos_ph_neg": "MRD+, Ph-negative",
    "mrd_pos_ph_pos": "MRD+, Ph-positive",
    "rr": "Relapsed or refractory",
    "rr_ph_neg": "Relapsed or refractory, Ph-negative",
    "rr_ph_pos": "Relapsed or refractory, Ph-positive",
}
ENDPOINTS = {
    "os": "overall survival",
    "dfs": "disease-free survival",
    "rfs": "relapse-free survival",
    "nrm_after_hsct": "non-relapse mortality after HSCT",
    "time_to_hsct": "time to HSCT",
    "follow_up": "follow-up",
    "follow_up_dfs": "follow-up for disease-free survival",
}
# The event, and what competes with it.
CAUSES = {
    "nrm_after_hsct": ("non-relapse mortality", "relapse"),
    "time_to_hsct": ("transplant", "death"),
}
STRATUM_VARIABLES = {
    "mrd_response": "MRD response",
    "mrd_response_reported": "MRD response reported, never evaluated = nonresponder",
    "remission_response": "remission",
    "cr_number": "CR1 or CR2+",
    "ph_status": "Ph status",
    "hsct_before_index": "HSCT before index",
    "marrow_blasts": "marrow blasts at index",
    "dli": "donor lymphocyte infusion",
}
LEVELS = {
    "all": "all",
    "cr1": "CR1",
    "cr2_plus": "CR2+",
    "ph_pos": "Ph-positive",
    "ph_neg": "Ph-negative",
    "lt_50": "< 50% blasts",
    "ge_50": "\N{GREATER-THAN OR EQUAL TO} 50% blasts",
}


def population_label(population: str) -> str:
    """``mrd_pos`` as ``MRD+``."""
    return POPULATIONS.get(population, population.replace("_", " "))


def level_label(level: str) -> str:
    """``cr2_plus`` as ``CR2+``."""
    return LEVELS.get(level, level.replace("_", " "))


def reason_label(reason: str) -> str:
    """``no_hsct`` as ``no HSCT``."""
    return reason.replace("_", " ").replace("hsct", "HSCT")


def endpoint_label(endpoint: str) -> str:
    """``os`` as ``Overall survival``."""
    label = ENDPOINTS.get(endpoint, endpoint.replace("_", " "))
    return label[0].upper() + label[1:]


def analysis_label(analysis: Analysis) -> str:
    """The analysis without its population: endpoint, rule, grouping, landmark."""
    words = [endpoint_label(analysis.endpoint)]
    if analysis.censoring_rule != "standard":
        rule = analysis.censoring_rule.replace("_", " ").replace("hsct", "HSCT")
        words.append(f", {rule}")
    if analysis.stratum_variable is not None:
        variable = STRATUM_VARIABLES.get(
            analysis.stratum_variable, analysis.stratum_variable.replace("_", " ")
        )
        words.append(f", by {variable}")
    if analysis.landmark_day is not None:
        words.append(f", from day {analysis.landmark_day} (landmark)")
    return "".join(words)


def shown_curves(analysis: Analysis) -> dict[str, str]:
    """Which curves of a fit a reader wants, and what they are called.

    Returns
    -------
    dict of str to str
        From attributes of `AnalysisFit` to words.
    """
    if analysis.is_reverse:
        return {"survival": "in follow-up"}
    if analysis.competing_role == "none":
        return {"survival": ENDPOINTS.get(analysis.endpoint, "without event")}
    event, competing = CAUSES.get(analysis.endpoint, ("event", "competing event"))
    if analysis.competing_role == "censoring":
        return {
            "survival": f"no {event} yet ({competing} censors)",
            "incidence": f"{event} ({competing} competes)",
        }
    return {"incidence": event, "competing": f"{competing} (competes)"}


def reading_order(analysis: Analysis) -> tuple:
    """Sort key: by population, then endpoint, plain curves before grouped ones."""
    populations, endpoints = list(POPULATIONS), list(ENDPOINTS)

    def place(word: str, words: list[str]) -> tuple[int, str]:
        return (words.index(word) if word in words else len(words), word)

    return (
        place(analysis.population, populations),
        analysis.stratum_variable is not None,
        place(analysis.endpoint, endpoints),
        analysis.analysis_id,
    )
