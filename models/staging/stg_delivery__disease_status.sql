with
delivered as (
    select * from {{ source('delivery', 'disease_status') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'disease_status'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_date('delivered.status_date') }} as status_date,
        {{ parse_text('delivered.disease_group') }} as disease_group,
        {{ parse_text('delivered.disease_status') }} as disease_status,
        {{ parse_int('delivered.ecog') }} as ecog,
        delivered.file_line,
        {{ source_record('disease_status', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
