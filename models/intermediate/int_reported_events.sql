with
follow_up as (
    select * from {{ ref('stg_delivery__follow_up') }}
    where disposition = 'accepted'
),

relapses as (
    select * from {{ ref('stg_delivery__relapses') }}
    where disposition = 'accepted'
),

transplants as (
    select * from {{ ref('stg_delivery__transplants') }}
    where disposition = 'accepted'
),

lymphocyte_infusions as (
    select * from {{ ref('stg_delivery__lymphocyte_infusions') }}
    where disposition = 'accepted'
),

medications as (
    select * from {{ ref('stg_delivery__medications') }}
    where disposition = 'accepted'
),

therapy_lines as (
    select * from {{ ref('stg_delivery__therapy_lines') }}
    where disposition = 'accepted'
),

delivered_events as (
    select * from {{ ref('int_delivered_events') }}
),

reported as (
    select
        patient_id,
        'death' as event_type,
        death_date_earliest as delivered_earliest,
        death_date_latest as delivered_latest,
        'follow_up' as source_table,
        file_line,
        source_record
    from follow_up
    where vital_status = 'dead' or death_date_earliest is not null
    union all
    select
        patient_id,
        'trial_entry' as event_type,
        trial_entry_date_earliest as delivered_earliest,
        trial_entry_date_latest as delivered_latest,
        'follow_up' as source_table,
        file_line,
        source_record
    from follow_up
    where trial_entry_date_earliest is not null
    union all
    select
        patient_id,
        relapse_type || '_relapse' as event_type,
        relapse_date_earliest as delivered_earliest,
        relapse_date_latest as delivered_latest,
        'relapses' as source_table,
        file_line,
        source_record
    from relapses
    union all
    select
        patient_id,
        transplant_type || '_hsct' as event_type,
        transplant_date_earliest as delivered_earliest,
        transplant_date_latest as delivered_latest,
        'transplants' as source_table,
        file_line,
        source_record
    from transplants
    union all
    select
        patient_id,
        drug_class || '_medication' as event_type,
        start_date_earliest as delivered_earliest,
        start_date_latest as delivered_latest,
        'medications' as source_table,
        file_line,
        source_record
    from medications
    union all
    select
        patient_id,
        'medication_end' as event_type,
        end_date_earliest as delivered_earliest,
        end_date_latest as delivered_latest,
        'medications' as source_table,
        file_line,
        source_record
    from medications
    where end_date_earliest is not null
    union all
    select
        patient_id,
        'lymphocyte_infusion' as event_type,
        infusion_date_earliest as delivered_earliest,
        infusion_date_latest as delivered_latest,
        'lymphocyte_infusions' as source_table,
        file_line,
        source_record
    from lymphocyte_infusions
    union all
    select
        patient_id,
        'salvage_line' as event_type,
        start_date_earliest as delivered_earliest,
        start_date_latest as delivered_latest,
        'therapy_lines' as source_table,
        file_line,
        source_record
    from therapy_lines
    where line_type = 'salvage'
    union all
    select * from delivered_events
)

select * from reported
