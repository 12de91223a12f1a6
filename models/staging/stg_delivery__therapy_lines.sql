with
delivered as (
    select * from {{ source('delivery', 'therapy_lines') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'therapy_lines'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_int('delivered.line_number') }} as line_number,
        {{ parse_text('delivered.line_type') }} as line_type,
        {{ parse_date('delivered.start_date') }} as start_date,
        {{ parse_date_earliest('delivered.start_date') }} as start_date_earliest,
        {{ parse_date_latest('delivered.start_date') }} as start_date_latest,
        {{ parse_date('delivered.end_date') }} as end_date,
        {{ parse_date_earliest('delivered.end_date') }} as end_date_earliest,
        {{ parse_date_latest('delivered.end_date') }} as end_date_latest,
        {{ parse_text('delivered.best_response') }} as best_response,
        {{ parse_date('delivered.response_date') }} as response_date,
        {{ parse_date_earliest('delivered.response_date') }} as response_date_earliest,
        {{ parse_date_latest('delivered.response_date') }} as response_date_latest,
        delivered.file_line,
        {{ source_record('therapy_lines', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
