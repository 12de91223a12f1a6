"""A plain reading of the protocol, for the tests to hold beside the SQL.

Independent by design: it shares no code, seed or intermediate result with the
warehouse, and each function says which rule it reads. Nothing here is fast.
"""

from pathlib import Path
from typing import Any

from .cohort import cohort, cohort_attrition
from .delivery import read_delivery
from .endpoints import time_to_event
from .patient import patients
from .responses import responses
from .strata import baseline_characteristics, survival_strata, transplant_outcomes

MARTS = {
    mart.__name__: mart
    for mart in (
        cohort,
        cohort_attrition,
        baseline_characteristics,
        responses,
        transplant_outcomes,
        time_to_event,
        survival_strata,
    )
}


def marts(
    folder: str | Path, parameters: dict[str, Any] | None = None
) -> dict[str, list[dict]]:
    """Every mart of a delivery folder, as lists of rows with the promised columns.

    Parameters
    ----------
    folder : str or Path
        The delivery, as CSV or gzipped CSV.
    parameters : dict, optional
        Study parameters that differ from the paper's, by the names of the dbt vars.

    Returns
    -------
    dict
        Rows by mart: dates are `datetime.date`, NULL is None.
    """
    delivered = patients(read_delivery(folder), parameters)
    return {name: mart(delivered) for name, mart in MARTS.items()}
