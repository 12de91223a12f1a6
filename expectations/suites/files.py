"""Files as wholes: how much of each was quarantined."""

from delivery.definitions import gate_rule
from great_expectations import expectations as gxe


def files_suite() -> list[gxe.Expectation]:
    """What must hold of every delivered file."""
    share = gate_rule("quarantine_share")
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column="percent_quarantined",
            max_value=float(share["max_percent"]),
            severity=share["severity"],
            description=f"{share['description']} ({share['max_percent']}%). "
            f"{share['action']}.",
            meta={"id": "rule.quarantine_share"},
        )
    ]
