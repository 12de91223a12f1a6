with
delivered as (
    select * from {{ source('delivery', 'lymphocyte_infusions') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_date('infusion_date') }} as infusion_date,
        {{ parse_date_earliest('infusion_date') }} as infusion_date_earliest,
        {{ parse_date_latest('infusion_date') }} as infusion_date_latest,
        file_line,
        {{ source_record('lymphocyte_infusions') }} as source_record
    from delivered
)

select * from parsed
