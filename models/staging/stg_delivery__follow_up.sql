with
delivered as (
    select * from {{ source('delivery', 'follow_up') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'follow_up'
),

parsed as (
    select
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_date('delivered.last_contact_date') }} as last_contact_date,
        {{ parse_text('delivered.vital_status') }} as vital_status,
        {{ parse_date('delivered.death_date') }} as death_date,
        {{ parse_date_earliest('delivered.death_date') }} as death_date_earliest,
        {{ parse_date_latest('delivered.death_date') }} as death_date_latest,
        {{ parse_text('delivered.death_cause') }} as death_cause,
        {{ parse_date('delivered.trial_entry_date') }} as trial_entry_date,
        {{ parse_date_earliest('delivered.trial_entry_date') }}
            as trial_entry_date_earliest,
        {{ parse_date_latest('delivered.trial_entry_date') }}
            as trial_entry_date_latest,
        delivered.file_line,
        {{ source_record('follow_up', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
