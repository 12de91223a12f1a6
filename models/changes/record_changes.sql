with
earlier_build as (
    select data_cutoff_date from {{ source('earlier', 'build') }}
),

date_roles as (
    select * from {{ ref('date_roles') }}
),

contract_columns as (
    {%- for table in delivery_tables() %}
    {%- set is_last_table = loop.last %}
    {%- for column in table.columns.values() %}
    select
        '{{ table.name }}' as table_name,
        {{ loop.index }} as place,
        '{{ column.name }}' as column_name,
        {{ column.meta.type in ('integer', 'number') }} as is_number,
        '{{ column.meta.date_role }}' as date_role
    {{- '\n    union all' if not (is_last_table and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

columns_described as (
    select
        contract_columns.table_name,
        contract_columns.place,
        contract_columns.column_name,
        contract_columns.is_number,
        coalesce(date_roles.is_bounded_by_cutoff, false) as is_day
    from contract_columns
    left join date_roles on contract_columns.date_role = date_roles.date_role
),

touched as (
    {{- patients_touched('earlier_delivery', 'delivery') }}
),

records_before as (
    {{- records_of_touched('earlier_delivery') }}
),

records_after as (
    {{- records_of_touched('delivery') }}
),

-- A key that stands twice is no key: its records are paired in the order of cells.
{%- for time in ['before', 'after'] %}
numbered_{{ time }} as (
    select
        *,
        row_number() over (
            partition by table_name, record_key
            order by cells, file_line
        ) as version
    from records_{{ time }}
),
{% endfor %}
paired as (
    select
        coalesce(numbered_after.table_name, numbered_before.table_name) as table_name,
        coalesce(numbered_after.record_key, numbered_before.record_key) as record_key,
        coalesce(numbered_after.version, numbered_before.version) as version,
        numbered_before.file_line as line_before,
        numbered_after.file_line as line_after,
        numbered_before.cells as cells_before,
        numbered_after.cells as cells_after
    from numbered_before
    full outer join numbered_after
        on
            numbered_before.table_name = numbered_after.table_name
            and numbered_before.record_key = numbered_after.record_key
            and numbered_before.version = numbered_after.version
    where numbered_before.cells is distinct from numbered_after.cells
),

cells_paired as (
    select
        paired.table_name,
        paired.record_key,
        paired.version,
        paired.line_before,
        paired.line_after,
        columns_described.column_name,
        columns_described.is_number,
        columns_described.is_day,
        nullif(split_part(paired.cells_before, chr(31), columns_described.place), '')
            as value_before,
        nullif(split_part(paired.cells_after, chr(31), columns_described.place), '')
            as value_after
    from paired
    inner join columns_described on paired.table_name = columns_described.table_name
),

cells_read as (
    select
        *,
        case when is_number then {{ number_of_text('value_before') }} end
            as number_before,
        case when is_number then {{ number_of_text('value_after') }} end
            as number_after,
        case
            when is_day
                then {{ earliest_of_text('coalesce(value_after, value_before)') }}
        end as own_day
    from cells_paired
),

-- A record is of the day of the last thing it tells.
cells_dated as (
    select
        *,
        max(
            case
                when column_name = 'patient_id' then coalesce(value_after, value_before)
            end
        ) over (partition by table_name, record_key, version) as patient_id,
        coalesce(
            own_day,
            max(own_day) over (partition by table_name, record_key, version)
        ) as told_on
    from cells_read
),

changes as (
    select
        cells_dated.table_name,
        cells_dated.record_key,
        cast(cells_dated.version as bigint) as version,
        cells_dated.patient_id,
        cells_dated.column_name,
        case
            when cells_dated.line_before is null then 'added'
            when cells_dated.line_after is null then 'removed'
            else 'changed'
        end as change,
        cells_dated.value_before,
        cells_dated.value_after,
        cells_dated.table_name || ':' || cast(cells_dated.line_before as string)
            as source_record_before,
        cells_dated.table_name || ':' || cast(cells_dated.line_after as string)
            as source_record_after,
        coalesce(cells_dated.told_on > earlier_build.data_cutoff_date, false)
            as is_after_cutoff
    from cells_dated
    cross join earlier_build
    where
        cells_dated.value_before is distinct from cells_dated.value_after
        and not coalesce(cells_dated.number_before = cells_dated.number_after, false)
)

select * from changes
