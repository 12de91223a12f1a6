with
patients as (
    select * from {{ ref('int_patients') }}
    where index_date is not null
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

response_windows as (
    select * from {{ ref('response_windows') }}
    where is_default
),

remission_responses as (
    select
        assessments.patient_id,
        assessments.assessment_date as event_date,
        assessments.source_record,
        row_number() over (
            partition by assessments.patient_id order by assessments.assessment_date
        ) as rank_by_date
    from {{ ref('int_remission_assessments') }} as assessments
    inner join response_windows
        on assessments.day_number between
            response_windows.first_day and response_windows.last_day
    where
        assessments.exclusion_reason is null
        and assessments.grade_precedence is not null
),

-- A remission (P8a) that begins after other therapy is not the index drug's.
remissions_in_window as (
    select distinct remissions.patient_id
    from remissions
    inner join treatments on remissions.patient_id = treatments.patient_id
    cross join response_windows
    where
        remissions.first_date <= least(
            treatments.index_date + response_windows.last_day,
            treatments.response_cut_date
        )
),

mrd_responses as (
    select
        samples.patient_id,
        samples.sample_date as event_date,
        samples.source_record,
        row_number() over (
            partition by samples.patient_id
            order by samples.sample_date, samples.file_line
        ) as rank_by_date
    from {{ ref('int_mrd_assessments') }} as samples
    inner join response_windows
        on samples.day_number between
            response_windows.first_day and response_windows.last_day
    where samples.exclusion_reason is null and samples.is_response
),

-- The first of each event that a row of `delivered_events` makes.
first_events as (
    select
        dates_resolved.patient_id,
        dates_resolved.event_type,
        dates_resolved.event_date,
        dates_resolved.source_table,
        dates_resolved.source_record,
        row_number() over (
            partition by dates_resolved.patient_id, dates_resolved.event_type
            order by
                dates_resolved.event_date,
                dates_resolved.source_table,
                dates_resolved.file_line
        ) as rank_by_date
    from {{ ref('int_dated_events') }} as dates_resolved
    inner join follow_up on dates_resolved.patient_id = follow_up.patient_id
    where
        dates_resolved.event_type in (
            select delivered_events.event_type
            from {{ ref('delivered_events') }} as delivered_events
        )
        and dates_resolved.event_date between
        follow_up.index_date and follow_up.follow_up_end_date
),

timelined as (
    select
        patient_id,
        'index' as event_type,
        index_date as event_date,
        cast(null as string) as detail,
        'treatment_cycles' as source_table,
        cast(null as string) as source_record
    from patients
    union all
    select
        patient_id,
        'remission_response' as event_type,
        event_date,
        cast(null as string) as detail,
        'marrow_assessments' as source_table,
        source_record
    from remission_responses
    where rank_by_date = 1
    union all
    -- No remission by the last day of the window: nobody found one, looked for or not.
    select
        patients.patient_id,
        'no_remission_by_window_end' as event_type,
        patients.index_date + response_windows.last_day as event_date,
        cast(null as string) as detail,
        cast(null as string) as source_table,
        cast(null as string) as source_record
    from patients
    cross join response_windows
    left join remissions_in_window
        on patients.patient_id = remissions_in_window.patient_id
    where remissions_in_window.patient_id is null
    union all
    select
        patient_id,
        'mrd_response' as event_type,
        event_date,
        cast(null as string) as detail,
        'mrd_assessments' as source_table,
        source_record
    from mrd_responses
    where rank_by_date = 1
    union all
    -- The response whose clock P25 starts: in remission at index it is one of MRD, with
    -- disease a remission.
    select
        patients.patient_id,
        'first_response' as event_type,
        remission_responses.event_date,
        'remission_response' as detail,
        'marrow_assessments' as source_table,
        remission_responses.source_record
    from patients
    inner join remission_responses
        on
            patients.patient_id = remission_responses.patient_id
            and remission_responses.rank_by_date = 1
    where patients.state_at_index = 'with_disease'
    union all
    select
        patients.patient_id,
        'first_response' as event_type,
        mrd_responses.event_date,
        'mrd_response' as detail,
        'mrd_assessments' as source_table,
        mrd_responses.source_record
    from patients
    inner join mrd_responses
        on
            patients.patient_id = mrd_responses.patient_id
            and mrd_responses.rank_by_date = 1
    where patients.state_at_index = 'in_remission'
    union all
    select
        patient_id,
        'relapse' as event_type,
        relapse_date as event_date,
        cast(null as string) as detail,
        relapse_table as source_table,
        relapse_record as source_record
    from remissions
    where relapse_date is not null
    union all
    select
        patient_id,
        'hsct' as event_type,
        hsct_date as event_date,
        cast(null as string) as detail,
        'transplants' as source_table,
        hsct_record as source_record
    from treatments
    where hsct_date is not null
    union all
    select
        patient_id,
        'cytotoxic_therapy' as event_type,
        cytotoxic_date as event_date,
        cast(null as string) as detail,
        cytotoxic_table as source_table,
        cytotoxic_record as source_record
    from treatments
    where cytotoxic_date is not null
    union all
    select
        patient_id,
        'death' as event_type,
        death_date as event_date,
        coalesce(death_cause, 'unknown') as detail,
        'follow_up' as source_table,
        follow_up_record as source_record
    from follow_up
    where death_date is not null
    union all
    -- A death of unknown cause without a relapse is non-relapse.
    select
        patient_id,
        case when death_cause = 'relapse' then 'death_from_relapse'
            else 'death_without_relapse'
        end as event_type,
        death_date as event_date,
        coalesce(death_cause, 'unknown') as detail,
        'follow_up' as source_table,
        follow_up_record as source_record
    from follow_up
    where death_date is not null
    union all
    select
        patient_id,
        'follow_up_end' as event_type,
        follow_up_end_date as event_date,
        follow_up_end_reason as detail,
        source_table,
        source_record
    from follow_up
    union all
    select
        patient_id,
        event_type,
        event_date,
        cast(null as string) as detail,
        source_table,
        source_record
    from first_events
    where rank_by_date = 1
)

select * from timelined
