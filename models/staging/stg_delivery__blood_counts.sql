with
delivered as (
    select * from {{ source('delivery', 'blood_counts') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'blood_counts'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_date('delivered.sample_date') }} as sample_date,
        {{ parse_number('delivered.platelets_giga_per_l') }} as platelets_giga_per_l,
        {{ parse_number('delivered.neutrophils_giga_per_l') }}
            as neutrophils_giga_per_l,
        delivered.file_line,
        {{ source_record('blood_counts', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
