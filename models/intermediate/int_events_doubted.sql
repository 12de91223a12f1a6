with
records_withheld as (
    select * from {{ ref('records_withheld') }}
    where disposition = 'quarantined'
),

quarantine_effects as (
    select * from {{ ref('quarantine_effects') }}
),

follow_up as (
    select * from {{ ref('int_follow_up_ended') }}
),

treatments as (
    select * from {{ ref('int_treatments_after_index') }}
),

remissions as (
    select * from {{ ref('int_remissions_spelled') }}
),

dates_resolved as (
    select * from {{ ref('int_dates_resolved') }}
),

remissions_summed as (
    select
        patient_id,
        min(first_date) as first_date,
        min(relapse_date) as relapse_date
    from remissions
    group by patient_id
),

assessments_dated as (
    select
        source_record,
        assessment_date
    from {{ ref('stg_delivery__marrow_assessments') }}
    union all
    select
        source_record,
        assessment_date
    from {{ ref('stg_delivery__extramedullary_assessments') }}
),

quarantine_reached as (
    select distinct
        records_withheld.patient_id,
        quarantine_effects.event_type,
        'record_in_quarantine' as doubt
    from records_withheld
    inner join quarantine_effects
        on records_withheld.table_name = quarantine_effects.table_name
    inner join follow_up on records_withheld.patient_id = follow_up.patient_id
    left join remissions_summed
        on records_withheld.patient_id = remissions_summed.patient_id
    left join assessments_dated
        on records_withheld.source_record = assessments_dated.source_record
    where
        quarantine_effects.reach = 'always'
        or (
            remissions_summed.relapse_date is null
            and coalesce(assessments_dated.assessment_date > follow_up.index_date, true)
        )
),

doubted as (
    select * from quarantine_reached
    union all
    select
        follow_up.patient_id,
        'follow_up_end' as event_type,
        'record_missing' as doubt
    from follow_up
    left join quarantine_reached
        on
            follow_up.patient_id = quarantine_reached.patient_id
            and quarantine_reached.event_type = 'follow_up_end'
    where not follow_up.has_follow_up_record and quarantine_reached.patient_id is null
    union all
    select
        patient_id,
        'hsct' as event_type,
        'date_missing' as doubt
    from treatments
    where is_hsct_date_missing
    union all
    -- An undated relapse decides nothing where it can only lie before the end of the
    -- first day in remission, or after the end of follow-up.
    select distinct
        dates_resolved.patient_id,
        'relapse' as event_type,
        'date_missing' as doubt
    from dates_resolved
    inner join follow_up on dates_resolved.patient_id = follow_up.patient_id
    inner join remissions_summed
        on dates_resolved.patient_id = remissions_summed.patient_id
    where
        dates_resolved.event_type in ('haematological_relapse', 'extramedullary_relapse')
        and dates_resolved.event_date is null
        and not coalesce(
            dates_resolved.latest_date <= remissions_summed.first_date, false
        )
        and not coalesce(
            dates_resolved.earliest_date > follow_up.follow_up_end_date, false
        )
    union all
    select
        patient_id,
        'death' as event_type,
        'date_missing' as doubt
    from follow_up
    where is_death_date_missing
)

select * from doubted
