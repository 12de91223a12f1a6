with
delivered as (
    select * from {{ source('delivery', 'relapses') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'relapses'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_date('delivered.relapse_date') }} as relapse_date,
        {{ parse_date_earliest('delivered.relapse_date') }} as relapse_date_earliest,
        {{ parse_date_latest('delivered.relapse_date') }} as relapse_date_latest,
        {{ parse_text('delivered.relapse_type') }} as relapse_type,
        delivered.file_line,
        {{ source_record('relapses', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
