with
delivered as (
    select * from {{ source('delivery', 'adverse_events') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'adverse_events'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_text('delivered.term') }} as term,
        {{ parse_int('delivered.grade') }} as grade,
        {{ parse_date('delivered.onset_date') }} as onset_date,
        {{ parse_date_earliest('delivered.onset_date') }} as onset_date_earliest,
        {{ parse_date_latest('delivered.onset_date') }} as onset_date_latest,
        {{ parse_date('delivered.end_date') }} as end_date,
        {{ parse_date_earliest('delivered.end_date') }} as end_date_earliest,
        {{ parse_date_latest('delivered.end_date') }} as end_date_latest,
        delivered.file_line,
        {{ source_record('adverse_events', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
