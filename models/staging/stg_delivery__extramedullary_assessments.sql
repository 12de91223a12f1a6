with
delivered as (
    select * from {{ source('delivery', 'extramedullary_assessments') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_date('assessment_date') }} as assessment_date,
        {{ parse_text('site') }} as site,
        {{ parse_text('involvement') }} as involvement,
        file_line,
        {{ source_record('extramedullary_assessments') }} as source_record
    from delivered
)

select * from parsed
