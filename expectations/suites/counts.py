"""Row rules: of each, the number of records per file that broke it.

SQL finds the records (quality.findings, quality.quarantine) and counts them per rule
and file, zeros too; a rule is a row of the seed gate_rules.
"""

from delivery.definitions import seed
from great_expectations import expectations as gxe


def counts_suite() -> list[gxe.Expectation]:
    """One expectation per row rule, on a table of a row per file, a column per rule."""
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column=rule["rule_id"],
            max_value=0,
            severity=rule["severity"],
            description=f"{rule['description']}. {rule['action']}.",
            meta={"id": f"rule.{rule['rule_id']}"},
        )
        for rule in seed("gate_rules")
        if rule["stage"] in ("quarantine", "finding")
    ]
