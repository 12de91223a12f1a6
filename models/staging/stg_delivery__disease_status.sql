with
delivered as (
    select * from {{ source('delivery', 'disease_status') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_date('status_date') }} as status_date,
        {{ parse_text('disease_group') }} as disease_group,
        {{ parse_text('disease_status') }} as disease_status,
        file_line,
        {{ source_record('disease_status') }} as source_record
    from delivered
)

select * from parsed
