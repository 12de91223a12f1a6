with
delivered as (
    select * from {{ source('delivery', 'genetic_findings') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_date('test_date') }} as test_date,
        {{ parse_date_earliest('test_date') }} as test_date_earliest,
        {{ parse_date_latest('test_date') }} as test_date_latest,
        {{ parse_text('marker') }} as marker,
        {{ parse_text('method') }} as method,
        {{ parse_text('result') }} as result,
        file_line,
        {{ source_record('genetic_findings') }} as source_record
    from delivered
)

select * from parsed
