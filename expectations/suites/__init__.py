"""The suites: what Great Expectations judges, one short module per question."""

from great_expectations import expectations as gxe

from expectations.suites.accepted import accepted_suites
from expectations.suites.counts import counts_suite
from expectations.suites.files import files_suite


def declared_suites() -> dict[str, list[gxe.Expectation]]:
    """Every suite, by the name of the table that it judges."""
    return {
        **accepted_suites(),
        "rule_counts": counts_suite(),
        "reconciliation": files_suite(),
    }
