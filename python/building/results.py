"""What the results of the suites say of a delivery."""

import pandas


def failures(results: pandas.DataFrame) -> pandas.DataFrame:
    """The results that did not hold, those that could not be judged among them."""
    return results[results["is_evaluated"] & ~results["is_successful"].fillna(True)]


def refusals(results: pandas.DataFrame) -> list[str]:
    """Why the delivery is refused, one line per reason; none where it is accepted."""
    failed = failures(results)
    stops = failed[(failed["severity"] == "critical") | failed["exception"].notna()]
    return [
        f"{row.expectation_id.removeprefix('rule.')}: "
        f"{row.files if isinstance(row.files, str) else row.table_name}: "
        f"{row.exception if isinstance(row.exception, str) else row.description}"
        for row in stops.itertuples()
    ]
