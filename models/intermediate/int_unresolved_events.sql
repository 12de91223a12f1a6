with
record_dispositions as (
    select * from {{ ref('record_dispositions') }}
    where disposition = 'quarantined'
),

quarantine_effects as (
    select * from {{ ref('quarantine_effects') }}
),

delivered_events as (
    select * from {{ ref('delivered_events') }}
),

follow_up as (
    select * from {{ ref('int_follow_up') }}
),

treatments as (
    select * from {{ ref('int_treatment_history') }}
),

remissions as (
    select * from {{ ref('int_remission_spells') }}
),

dates_resolved as (
    select * from {{ ref('int_dated_events') }}
),

remissions_summed as (
    select
        patient_id,
        min(first_date) as first_date,
        min(relapse_date) as relapse_date
    from remissions
    group by patient_id
),

-- The relapse that ends the remission in which the patient was transplanted.
remissions_at_hsct as (
    select
        treatments.patient_id,
        remissions.relapse_date
    from treatments
    inner join remissions
        on
            treatments.patient_id = remissions.patient_id
            and treatments.hsct_date between
            remissions.first_date and remissions.last_date
),

-- The last day that a record may be of: one from before the index date decides nothing
-- after it; one without a readable date may be of any day.
records_dated as (
    select
        source_record,
        assessment_date as latest_date
    from {{ ref('stg_delivery__marrow_assessments') }}
    union all
    select
        source_record,
        assessment_date as latest_date
    from {{ ref('stg_delivery__extramedullary_assessments') }}
    union all
    select
        source_record,
        start_date_latest as latest_date
    from {{ ref('stg_delivery__therapy_lines') }}
    union all
    select
        source_record,
        start_date_latest as latest_date
    from {{ ref('stg_delivery__medications') }}
),

quarantine_effects_applied as (
    select
        record_dispositions.patient_id,
        quarantine_effects.event_type,
        quarantine_effects.applies_when
    from record_dispositions
    inner join quarantine_effects
        on record_dispositions.table_name = quarantine_effects.table_name
    inner join follow_up on record_dispositions.patient_id = follow_up.patient_id
    left join records_dated
        on record_dispositions.source_record = records_dated.source_record
    where
        quarantine_effects.applies_when = 'always'
        or coalesce(records_dated.latest_date > follow_up.index_date, true)
),

quarantined as (
    select distinct
        quarantine_effects_applied.patient_id,
        quarantine_effects_applied.event_type
    from quarantine_effects_applied
    left join remissions_summed
        on quarantine_effects_applied.patient_id = remissions_summed.patient_id
    where
        quarantine_effects_applied.applies_when <> 'after_index_without_relapse'
        or remissions_summed.relapse_date is null
    union all
    -- After a transplant only a relapse after it settles the matter.
    select distinct
        quarantine_effects_applied.patient_id,
        'relapse_after_hsct' as event_type
    from quarantine_effects_applied
    inner join remissions_at_hsct
        on quarantine_effects_applied.patient_id = remissions_at_hsct.patient_id
    where
        quarantine_effects_applied.applies_when = 'after_index_without_relapse'
        and remissions_at_hsct.relapse_date is null
),

doubted as (
    select
        patient_id,
        event_type,
        'record_in_quarantine' as doubt
    from quarantined
    union all
    select
        follow_up.patient_id,
        'follow_up_end' as event_type,
        'record_missing' as doubt
    from follow_up
    left join quarantined
        on
            follow_up.patient_id = quarantined.patient_id
            and quarantined.event_type = 'follow_up_end'
    where not follow_up.has_follow_up_record and quarantined.patient_id is null
    union all
    select
        patient_id,
        'hsct' as event_type,
        'date_missing' as doubt
    from treatments
    where is_hsct_date_missing
    union all
    -- An undated relapse decides nothing where no possible day of it lies after the
    -- first day in remission and within the follow-up.
    select distinct
        dates_resolved.patient_id,
        'relapse' as event_type,
        'date_missing' as doubt
    from dates_resolved
    inner join follow_up on dates_resolved.patient_id = follow_up.patient_id
    inner join remissions_summed
        on dates_resolved.patient_id = remissions_summed.patient_id
    where
        dates_resolved.event_type in (
            'haematological_relapse', 'extramedullary_relapse'
        )
        and dates_resolved.event_date is null
        and greatest(dates_resolved.earliest_date, remissions_summed.first_date + 1)
        <= least(dates_resolved.latest_date, follow_up.follow_up_end_date)
    union all
    select
        patient_id,
        'death' as event_type,
        'date_missing' as doubt
    from follow_up
    where is_death_date_missing
    union all
    -- An event of `delivered_events` without a day decides where it may have happened
    -- under observation, and so does a record in quarantine that may be one.
    select distinct
        dates_resolved.patient_id,
        dates_resolved.event_type,
        'date_missing' as doubt
    from dates_resolved
    inner join delivered_events
        on dates_resolved.event_type = delivered_events.event_type
    inner join follow_up on dates_resolved.patient_id = follow_up.patient_id
    where
        dates_resolved.event_date is null
        and coalesce(dates_resolved.latest_date >= follow_up.index_date, true)
        and coalesce(
            dates_resolved.earliest_date <= follow_up.follow_up_end_date, true
        )
    union all
    select distinct
        record_dispositions.patient_id,
        delivered_events.event_type,
        'record_in_quarantine' as doubt
    from record_dispositions
    inner join delivered_events
        on record_dispositions.table_name = delivered_events.table_name
    inner join follow_up on record_dispositions.patient_id = follow_up.patient_id
)

select * from doubted
