with
delivered as (
    select * from {{ source('delivery', 'mrd_assessments') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_date('sample_date') }} as sample_date,
        {{ parse_text('technique') }} as technique,
        {{ parse_number('sensitivity') }} as sensitivity,
        {{ parse_text('result') }} as result,
        {{ parse_number('mrd_level') }} as mrd_level,
        file_line,
        {{ source_record('mrd_assessments') }} as source_record
    from delivered
)

select * from parsed
