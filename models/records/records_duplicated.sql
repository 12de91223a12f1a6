with
keys_doubled as (
    {%- for table in delivery_tables() %}
    {%- set keys = table.columns.values() | selectattr('meta.key') %}
    {%- set record_key = record_fingerprint(keys) %}
    {{- '\n    union all' if not loop.first }}
    select
        '{{ table.name }}' as table_name,
        {{ record_key }} as record_key
    from {{ source('delivery', table.name) }}
    group by {{ record_key }}
    having count(*) > 1
    {%- endfor %}
),

-- Few keys are doubled: their records alone are compared as wholes.
records_doubled as (
    {%- for table in delivery_tables() %}
    {{- '\n    union all' if not loop.first }}
    select
        keys_doubled.table_name,
        delivered.file_line,
        {{ parse_text('delivered.patient_id') }} as patient_id,
        keys_doubled.record_key,
        {{ record_fingerprint(table.columns.values(), 'delivered') }} as record_text
    from {{ source('delivery', table.name) }} as delivered
    inner join keys_doubled
        on
            keys_doubled.table_name = '{{ table.name }}'
            and keys_doubled.record_key = {{ record_fingerprint(
                table.columns.values() | selectattr('meta.key'), 'delivered'
            ) }}
    {%- endfor %}
),

copies_numbered as (
    select
        table_name,
        file_line,
        patient_id,
        record_key,
        row_number() over (
            partition by table_name, record_key, record_text
            order by file_line
        ) as copy_number
    from records_doubled
),

versions_counted as (
    select
        table_name,
        file_line,
        table_name || ':' || cast(file_line as string) as source_record,
        patient_id,
        cast(copy_number as bigint) as copy_number,
        cast(
            sum(case when copy_number = 1 then 1 else 0 end) over (
                partition by table_name, record_key
            ) as bigint
        ) as n_versions
    from copies_numbered
)

select * from versions_counted
