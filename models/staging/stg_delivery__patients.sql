with
delivered as (
    select * from {{ source('delivery', 'patients') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'patients'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_text('delivered.site_id') }} as site_id,
        {{ parse_text('delivered.country') }} as country,
        {{ parse_text('delivered.sex') }} as sex,
        {{ parse_date('delivered.birth_date') }} as birth_date,
        {{ parse_date_earliest('delivered.birth_date') }} as birth_date_earliest,
        {{ parse_date_latest('delivered.birth_date') }} as birth_date_latest,
        {{ parse_text('delivered.consent') }} as consent,
        {{ parse_text('delivered.record_available') }} as record_available,
        {{ parse_text('delivered.cmv_status') }} as cmv_status,
        delivered.file_line,
        {{ source_record('patients', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
