with
delivered as (
    select * from {{ source('delivery', 'medications') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'medications'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_text('delivered.drug') }} as drug,
        {{ parse_date('delivered.start_date') }} as start_date,
        {{ parse_date_earliest('delivered.start_date') }} as start_date_earliest,
        {{ parse_date_latest('delivered.start_date') }} as start_date_latest,
        {{ parse_text('delivered.drug_class') }} as drug_class,
        {{ parse_date('delivered.end_date') }} as end_date,
        {{ parse_date_earliest('delivered.end_date') }} as end_date_earliest,
        {{ parse_date_latest('delivered.end_date') }} as end_date_latest,
        delivered.file_line,
        {{ source_record('medications', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
