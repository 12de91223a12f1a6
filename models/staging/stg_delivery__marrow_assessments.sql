with
delivered as (
    select * from {{ source('delivery', 'marrow_assessments') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_date('assessment_date') }} as assessment_date,
        {{ parse_number('blast_percent') }} as blast_percent,
        file_line,
        {{ source_record('marrow_assessments') }} as source_record
    from delivered
)

select * from parsed
