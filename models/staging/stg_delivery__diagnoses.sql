with
delivered as (
    select * from {{ source('delivery', 'diagnoses') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_text('diagnosis') }} as diagnosis,
        {{ parse_date('diagnosis_date') }} as diagnosis_date,
        {{ parse_date_earliest('diagnosis_date') }} as diagnosis_date_earliest,
        {{ parse_date_latest('diagnosis_date') }} as diagnosis_date_latest,
        file_line,
        {{ source_record('diagnoses') }} as source_record
    from delivered
)

select * from parsed
