with
delivered as (
    select * from {{ source('delivery', 'transplants') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'transplants'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_date('delivered.transplant_date') }} as transplant_date,
        {{ parse_date_earliest('delivered.transplant_date') }}
            as transplant_date_earliest,
        {{ parse_date_latest('delivered.transplant_date') }} as transplant_date_latest,
        {{ parse_text('delivered.transplant_type') }} as transplant_type,
        {{ parse_text('delivered.donor_type') }} as donor_type,
        {{ parse_text('delivered.donor_sex') }} as donor_sex,
        {{ parse_number('delivered.donor_age_years') }} as donor_age_years,
        {{ parse_text('delivered.donor_cmv_status') }} as donor_cmv_status,
        delivered.file_line,
        {{ source_record('transplants', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
