with
delivered as (
    select * from {{ source('delivery', 'engraftments') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'engraftments'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_text('delivered.lineage') }} as lineage,
        {{ parse_date('delivered.engraftment_date') }} as engraftment_date,
        {{ parse_date_earliest('delivered.engraftment_date') }}
            as engraftment_date_earliest,
        {{ parse_date_latest('delivered.engraftment_date') }}
            as engraftment_date_latest,
        delivered.file_line,
        {{ source_record('engraftments', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
