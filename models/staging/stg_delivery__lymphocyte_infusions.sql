with
delivered as (
    select * from {{ source('delivery', 'lymphocyte_infusions') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'lymphocyte_infusions'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_date('delivered.infusion_date') }} as infusion_date,
        {{ parse_date_earliest('delivered.infusion_date') }} as infusion_date_earliest,
        {{ parse_date_latest('delivered.infusion_date') }} as infusion_date_latest,
        delivered.file_line,
        {{ source_record('lymphocyte_infusions', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
