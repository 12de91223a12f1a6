with
delivered as (
    select * from {{ source('delivery', 'relapses') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_date('relapse_date') }} as relapse_date,
        {{ parse_date_earliest('relapse_date') }} as relapse_date_earliest,
        {{ parse_date_latest('relapse_date') }} as relapse_date_latest,
        {{ parse_text('relapse_type') }} as relapse_type,
        file_line,
        {{ source_record('relapses') }} as source_record
    from delivered
)

select * from parsed
