with
records_set_aside as (
    select * from {{ ref('records_set_aside') }}
),

verdict as (
    select * from {{ ref('verdict') }}
),

records_delivered as (
    {%- for table in delivery_tables() %}
    select
        '{{ table.name }}' as table_name,
        file_line,
        source_record,
        patient_id
    from {{ ref('stg_delivery__' ~ table.name) }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- Of a refused delivery nothing may be used, even where nobody asks the test.
withheld as (
    select
        table_name,
        file_line,
        source_record,
        patient_id,
        disposition
    from records_set_aside
    union all
    select
        records_delivered.table_name,
        records_delivered.file_line,
        records_delivered.source_record,
        records_delivered.patient_id,
        'refused' as disposition
    from records_delivered
    inner join verdict on not verdict.is_accepted
    left join records_set_aside
        on records_delivered.source_record = records_set_aside.source_record
    where records_set_aside.source_record is null
)

select * from withheld
