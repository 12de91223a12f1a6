with
delivered as (
    select * from {{ source('delivery', 'treatment_cycles') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'treatment_cycles'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_text('delivered.drug') }} as drug,
        {{ parse_int('delivered.cycle_number') }} as cycle_number,
        {{ parse_text('delivered.access_program') }} as access_program,
        {{ parse_date('delivered.start_date') }} as start_date,
        {{ parse_date('delivered.end_date') }} as end_date,
        delivered.file_line,
        {{ source_record('treatment_cycles', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
