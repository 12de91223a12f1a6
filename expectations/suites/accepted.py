"""Accepted records against the contract: what the quarantine let through must hold.

The quarantine finds faulty cells by SQL. Here the accepted records are judged whole,
by other code, so that a slip in that SQL stops the build rather than reach the marts.
"""

from collections.abc import Iterator

from delivery.contract import Table, delivery_contract
from delivery.definitions import seed, terms
from great_expectations import expectations as gxe

_REMEDY = (
    "the quarantine let a faulty record through: report it, and do not use the marts"
)


def accepted_suites() -> dict[str, list[gxe.Expectation]]:
    """One suite per delivered table but the manifest, which the pre-flight judges."""
    return {
        name: [*_schema(table), *_values(table), *_missingness(table)]
        for name, table in delivery_contract().items()
        if name != "manifest"
    }


def _schema(table: Table) -> Iterator[gxe.Expectation]:
    yield gxe.ExpectTableColumnsToMatchSet(
        column_set=list(table.column_names),
        exact_match=True,
        severity="critical",
        description=f"{table.name} has the contract's columns; else {_REMEDY}",
        meta={"id": f"{table.name}.columns"},
    )
    keys = [column.name for column in table.columns if column.key]
    unique = {
        "severity": "critical",
        "description": f"{table.name} has one record per {', '.join(keys)}; "
        f"else {_REMEDY}",
        "meta": {"id": f"{table.name}.key"},
    }
    if len(keys) == 1:
        yield gxe.ExpectColumnValuesToBeUnique(column=keys[0], **unique)
    else:
        yield gxe.ExpectCompoundColumnsToBeUnique(
            column_list=keys, ignore_row_if="never", **unique
        )


def _values(table: Table) -> Iterator[gxe.Expectation]:
    for column in table.columns:
        if column.terms is not None:
            yield gxe.ExpectColumnValuesToBeInSet(
                column=column.name,
                value_set=terms(column.terms),
                severity="critical",
                description=f"{table.name}.{column.name} has the contract's terms; "
                f"else {_REMEDY}",
                meta={"id": f"{table.name}.{column.name}.terms"},
            )
        elif column.minimum is not None:
            yield gxe.ExpectColumnValuesToBeBetween(
                column=column.name,
                min_value=column.minimum,
                max_value=column.maximum,
                severity="critical",
                description=f"{table.name}.{column.name} is in its range; "
                f"else {_REMEDY}",
                meta={"id": f"{table.name}.{column.name}.range"},
            )


def _missingness(table: Table) -> Iterator[gxe.Expectation]:
    for limit in seed("missingness_limits"):
        if limit["table_name"] != table.name:
            continue
        percent = limit["max_percent"]
        yield gxe.ExpectColumnValuesToNotBeNull(
            column=limit["column_name"],
            mostly=1 - float(percent) / 100,
            severity="warning",
            description=f"{table.name}.{limit['column_name']} is missing in at most "
            f"{percent}% of the records; else ask the sites for it "
            f"({limit['source']} needs it)",
            meta={"id": f"{table.name}.{limit['column_name']}.missing"},
        )
