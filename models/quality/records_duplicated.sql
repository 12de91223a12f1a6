with
records_keyed as (
    {%- for table in delivery_tables() %}
    {{- '\n    union all' if not loop.first }}
    select
        '{{ table.name }}' as table_name,
        file_line,
        {{ parse_text('patient_id') }} as patient_id,
        {{ joined_text(table.columns.values() | selectattr('meta.key')) }}
            as record_key,
        {{ joined_text(table.columns.values()) }} as record_text
    from {{ source('delivery', table.name) }}
    {%- endfor %}
),

keys_doubled as (
    select
        table_name,
        record_key
    from records_keyed
    group by table_name, record_key
    having count(*) > 1
),

copies_numbered as (
    select
        records_keyed.table_name,
        records_keyed.file_line,
        records_keyed.patient_id,
        records_keyed.record_key,
        row_number() over (
            partition by
                records_keyed.table_name,
                records_keyed.record_key,
                records_keyed.record_text
            order by records_keyed.file_line
        ) as copy_number
    from records_keyed
    inner join keys_doubled
        on
            records_keyed.table_name = keys_doubled.table_name
            and records_keyed.record_key = keys_doubled.record_key
),

versions_counted as (
    select
        table_name,
        file_line,
        table_name || ':' || cast(file_line as string) as source_record,
        patient_id,
        copy_number,
        cast(
            sum(case when copy_number = 1 then 1 else 0 end) over (
                partition by table_name, record_key
            ) as bigint
        ) as n_versions
    from copies_numbered
)

select * from versions_counted
