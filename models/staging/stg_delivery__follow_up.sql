with
delivered as (
    select * from {{ source('delivery', 'follow_up') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_date('last_contact_date') }} as last_contact_date,
        {{ parse_text('vital_status') }} as vital_status,
        {{ parse_date('death_date') }} as death_date,
        {{ parse_date_earliest('death_date') }} as death_date_earliest,
        {{ parse_date_latest('death_date') }} as death_date_latest,
        {{ parse_text('death_cause') }} as death_cause,
        {{ parse_date('trial_entry_date') }} as trial_entry_date,
        {{ parse_date_earliest('trial_entry_date') }} as trial_entry_date_earliest,
        {{ parse_date_latest('trial_entry_date') }} as trial_entry_date_latest,
        file_line,
        {{ source_record('follow_up') }} as source_record
    from delivered
)

select * from parsed
