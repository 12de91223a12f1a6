"""A delivery between two: the one before, with some of what changed in place."""

from pathlib import Path

import duckdb
from delivery.contract import Table, delivery_contract

# What each cause puts in place of the records that both deliveries tell of.
_APPLIED = {"corrections": "not is_after_cutoff", "follow_up": "is_after_cutoff"}


def write_records(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    causes: frozenset[str] | None,
) -> None:
    """Write a delivery's tables, without a manifest.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        With the published files attached as `old` and `new`, and, where there are
        causes, a file with `marts.record_changes` of the two as `changes`.
    folder : Path
        Made here.
    causes : set of str or None
        Of `patients`, `corrections` and `follow_up`, those to put in place; None for
        the new delivery as it is.
    """
    folder.mkdir()
    for table in delivery_contract().values():
        if table.name == "manifest":
            continue
        if causes is None:
            query = f"select {_columns(table)} from ({_delivered('new', table)})"
        elif not causes:
            query = f"select {_columns(table)} from ({_delivered('old', table)})"
        else:
            query = _between(table, causes)
        path = folder / f"{table.name}.csv"
        connection.execute(f"copy ({query}) to '{path}' (header, delimiter ',')")
        if _is_empty(path) and not table.required:
            path.unlink()


def _is_empty(path: Path) -> bool:
    with path.open("rb") as file:
        file.readline()
        return not file.readline()


def _columns(table: Table, relation: str = "") -> str:
    return ", ".join(f"{relation}{name}" for name in table.column_names)


def _delivered(name: str, table: Table) -> str:
    """A delivery's records, each on a line of its own: that on which it is written."""
    cells = ", ".join(
        f"replace(replace({column}, chr(13), ' '), chr(10), ' ') as {column}"
        for column in table.column_names
    )
    return (
        f"select {cells}, file_line, "
        "row_number() over (order by file_line) + 1 as line "
        f"from {name}.delivery.{table.name} order by file_line"
    )


def _between(table: Table, causes: frozenset[str]) -> str:
    """The records before, those that a cause changes, takes out or adds."""
    applied = " or ".join(_APPLIED[cause] for cause in sorted(causes & _APPLIED.keys()))
    applied = applied or "false"
    patients = "true" if "patients" in causes else "false"
    cells = ", ".join(
        f"max(case when column_name = '{name}' then value_after end) as {name}, "
        f"max(case when column_name = '{name}' then 1 else 0 end) as {name}__changed"
        for name in table.column_names
    )
    put = ", ".join(
        f"case when changed.{name}__changed = 1 then changed.{name} "
        f"else before.{name} end as {name}"
        for name in table.column_names
    )
    return f"""
    with
    known_before as (select distinct trim(patient_id) as id from old.delivery.patients),
    known_after as (select distinct trim(patient_id) as id from new.delivery.patients),
    came as (select id from known_after except select id from known_before),
    went as (select id from known_before except select id from known_after),
    changes_here as (
        select
            *,
            cast(split_part(source_record_before, ':', 2) as bigint) as line_before,
            cast(split_part(source_record_after, ':', 2) as bigint) as line_after
        from changes.marts.record_changes
        where table_name = '{table.name}'
            and patient_id not in (from came) and patient_id not in (from went)
    ),
    changed as (
        select line_before, {cells}
        from changes_here where change = 'changed' and ({applied}) group by line_before
    ),
    whole as (
        select change, line_before, line_after,
            bool_or(is_after_cutoff) as is_after_cutoff
        from changes_here where change <> 'changed' group by all
    ),
    kept as (
        select {put}
        from ({_delivered("old", table)}) as before
        left join changed on before.file_line = changed.line_before
        where not (
            {patients} and coalesce(trim(before.patient_id) in (from went), false)
        )
        and before.file_line not in (
            select line_before from whole where change = 'removed' and ({applied})
        )
    ),
    added as (
        select {_columns(table, "after.")}
        from ({_delivered("new", table)}) as after
        where ({patients} and trim(after.patient_id) in (from came))
        or after.line in (
            select line_after from whole where change = 'added' and ({applied})
        )
    )
    select {_columns(table)} from kept union all select {_columns(table)} from added
    """
