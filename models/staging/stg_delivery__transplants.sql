with
delivered as (
    select * from {{ source('delivery', 'transplants') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_date('transplant_date') }} as transplant_date,
        {{ parse_date_earliest('transplant_date') }} as transplant_date_earliest,
        {{ parse_date_latest('transplant_date') }} as transplant_date_latest,
        {{ parse_text('transplant_type') }} as transplant_type,
        {{ parse_text('donor_type') }} as donor_type,
        file_line,
        {{ source_record('transplants') }} as source_record
    from delivered
)

select * from parsed
