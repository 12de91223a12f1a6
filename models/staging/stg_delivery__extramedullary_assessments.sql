with
delivered as (
    select * from {{ source('delivery', 'extramedullary_assessments') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'extramedullary_assessments'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_date('delivered.assessment_date') }} as assessment_date,
        {{ parse_text('delivered.site') }} as site,
        {{ parse_text('delivered.involvement') }} as involvement,
        delivered.file_line,
        {{ source_record('extramedullary_assessments', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
