with
delivered as (
    select * from {{ source('delivery', 'genetic_findings') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'genetic_findings'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_date('delivered.test_date') }} as test_date,
        {{ parse_date_earliest('delivered.test_date') }} as test_date_earliest,
        {{ parse_date_latest('delivered.test_date') }} as test_date_latest,
        {{ parse_text('delivered.marker') }} as marker,
        {{ parse_text('delivered.method') }} as method,
        {{ parse_text('delivered.result') }} as result,
        delivered.file_line,
        {{ source_record('genetic_findings', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
