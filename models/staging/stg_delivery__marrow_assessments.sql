with
delivered as (
    select * from {{ source('delivery', 'marrow_assessments') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'marrow_assessments'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_date('delivered.assessment_date') }} as assessment_date,
        {{ parse_number('delivered.blast_percent') }} as blast_percent,
        delivered.file_line,
        {{ source_record('marrow_assessments', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
