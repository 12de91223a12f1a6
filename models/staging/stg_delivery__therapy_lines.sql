with
delivered as (
    select * from {{ source('delivery', 'therapy_lines') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_int('line_number') }} as line_number,
        {{ parse_text('line_type') }} as line_type,
        {{ parse_date('start_date') }} as start_date,
        {{ parse_date_earliest('start_date') }} as start_date_earliest,
        {{ parse_date_latest('start_date') }} as start_date_latest,
        {{ parse_date('end_date') }} as end_date,
        {{ parse_date_earliest('end_date') }} as end_date_earliest,
        {{ parse_date_latest('end_date') }} as end_date_latest,
        {{ parse_text('best_response') }} as best_response,
        {{ parse_date('response_date') }} as response_date,
        {{ parse_date_earliest('response_date') }} as response_date_earliest,
        {{ parse_date_latest('response_date') }} as response_date_latest,
        file_line,
        {{ source_record('therapy_lines') }} as source_record
    from delivered
)

select * from parsed
