with
delivered as (
    select * from {{ source('delivery', 'mrd_assessments') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'mrd_assessments'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_date('delivered.sample_date') }} as sample_date,
        {{ parse_text('delivered.technique') }} as technique,
        {{ parse_number('delivered.sensitivity') }} as sensitivity,
        {{ parse_text('delivered.result') }} as result,
        {{ parse_number('delivered.mrd_level') }} as mrd_level,
        delivered.file_line,
        {{ source_record('mrd_assessments', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
