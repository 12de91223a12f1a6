with
delivered as (
    select * from {{ source('delivery', 'diagnoses') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'diagnoses'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_text('delivered.diagnosis') }} as diagnosis,
        {{ parse_date('delivered.diagnosis_date') }} as diagnosis_date,
        {{ parse_date_earliest('delivered.diagnosis_date') }}
            as diagnosis_date_earliest,
        {{ parse_date_latest('delivered.diagnosis_date') }} as diagnosis_date_latest,
        {{ parse_text('delivered.fab_subtype') }} as fab_subtype,
        delivered.file_line,
        {{ source_record('diagnoses', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
