with
patients as (
    select * from {{ ref('int_patients') }}
),

follow_up as (
    select * from {{ ref('stg_delivery__follow_up') }}
    where disposition = 'accepted'
),

study_parameters as (
    select * from {{ ref('study_parameters') }}
),

last_records as (
    select * from {{ ref('int_last_records') }}
),

dates_resolved as (
    select * from {{ ref('int_dated_events') }}
),

deaths as (
    select * from dates_resolved
    where event_type = 'death'
),

trial_entries as (
    select * from dates_resolved
    where event_type = 'trial_entry'
),

-- Last contact ends the follow-up only of a patient not known to be dead.
known as (
    select
        patients.patient_id,
        patients.index_date,
        patients.data_cutoff_date,
        follow_up.patient_id is not null as has_follow_up_record,
        follow_up.death_cause,
        deaths.patient_id is not null as is_dead,
        deaths.event_date as death_date,
        deaths.earliest_date as death_date_earliest,
        deaths.latest_date as death_date_latest,
        deaths.date_resolution as death_date_resolution,
        greatest(follow_up.last_contact_date, last_records.last_record_date)
            as last_contact_date,
        coalesce(last_records.last_record_date > follow_up.last_contact_date, true)
            as is_contact_moved,
        last_records.source_table as last_record_table,
        last_records.source_record as last_record,
        follow_up.source_record as follow_up_record,
        case
            when trial_entries.event_date >= patients.index_date
                then trial_entries.event_date
        end as trial_entry_date
    from patients
    left join follow_up on patients.patient_id = follow_up.patient_id
    left join last_records on patients.patient_id = last_records.patient_id
    left join deaths on patients.patient_id = deaths.patient_id
    left join trial_entries on patients.patient_id = trial_entries.patient_id
),

ends_listed as (
    select
        patient_id,
        death_date as end_date,
        'death' as end_reason,
        1 as precedence,
        'follow_up' as source_table,
        follow_up_record as source_record
    from known
    union all
    select
        patient_id,
        trial_entry_date as end_date,
        'trial_entry' as end_reason,
        2 as precedence,
        'follow_up' as source_table,
        follow_up_record as source_record
    from known
    union all
    select
        patient_id,
        last_contact_date as end_date,
        'last_contact' as end_reason,
        3 as precedence,
        case when is_contact_moved then last_record_table else 'follow_up' end
            as source_table,
        case when is_contact_moved then last_record else follow_up_record end
            as source_record
    from known
    where not is_dead
    union all
    select
        patient_id,
        {{ parameter('study_end', 'date') }} as end_date,
        'study_end' as end_reason,
        4 as precedence,
        cast(null as string) as source_table,
        cast(null as string) as source_record
    from known
    union all
    select
        patient_id,
        data_cutoff_date as end_date,
        'data_cutoff' as end_reason,
        5 as precedence,
        cast(null as string) as source_table,
        cast(null as string) as source_record
    from known
),

ends_ranked as (
    select
        patient_id,
        end_date,
        end_reason,
        source_table,
        source_record,
        row_number() over (
            partition by patient_id order by end_date, precedence
        ) as rank_by_date
    from ends_listed
    where end_date is not null
),

ended as (
    select
        known.patient_id,
        known.index_date,
        ends_ranked.end_date as follow_up_end_date,
        ends_ranked.end_reason as follow_up_end_reason,
        ends_ranked.source_table,
        ends_ranked.source_record,
        known.has_follow_up_record,
        known.follow_up_record,
        known.is_dead,
        known.death_cause,
        known.death_date,
        known.death_date_earliest,
        known.death_date_latest,
        known.death_date_resolution,
        known.last_contact_date,
        known.is_contact_moved,
        known.trial_entry_date,
        -- An undated death leaves no doubt where the patient was alive on the last day.
        known.is_dead
        and known.death_date is null
        and not coalesce(known.last_contact_date >= ends_ranked.end_date, false)
        and not coalesce(known.death_date_earliest > ends_ranked.end_date, false)
            as is_death_date_missing
    from known
    left join ends_ranked
        on known.patient_id = ends_ranked.patient_id and ends_ranked.rank_by_date = 1
    where known.index_date is not null
)

select * from ended
