with
result_history as (
    select * from {{ ref('result_history') }}
),

earlier_build as (
    select build_id from {{ source('earlier', 'build') }}
),

this_build as (
    select build_id
    from {{ source('reading', 'build_log') }}
    where verdict is null
),

cells_before as (
    select result_history.*
    from result_history
    inner join earlier_build
        on result_history.build_id = earlier_build.build_id
),

cells_after as (
    select result_history.*
    from result_history
    inner join this_build
        on result_history.build_id = this_build.build_id
    cross join earlier_build
),

changes as (
    select
        coalesce(cells_after.mart, cells_before.mart) as mart,
        coalesce(cells_after.mart_key, cells_before.mart_key) as mart_key,
        coalesce(cells_after.mart_column, cells_before.mart_column) as mart_column,
        case
            when cells_before.build_id is null then 'appeared'
            when cells_after.build_id is null then 'vanished'
            else 'changed'
        end as change,
        cells_before.value as value_before,
        cells_after.value as value_after,
        cells_after.value - cells_before.value as difference
    from cells_before
    full outer join cells_after
        on
            cells_before.mart = cells_after.mart
            and cells_before.mart_key = cells_after.mart_key
            and cells_before.mart_column = cells_after.mart_column
    where
        cells_before.build_id is null
        or cells_after.build_id is null
        or (cells_before.value is null) <> (cells_after.value is null)
        or abs(cells_after.value - cells_before.value) > greatest(
            1e-12, 1e-9 * abs(cells_before.value), 1e-9 * abs(cells_after.value)
        )
)

select * from changes
