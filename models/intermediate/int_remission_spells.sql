with
patients as (
    select * from {{ ref('int_patients') }}
),

follow_up as (
    select * from {{ ref('int_follow_up') }}
),

assessments as (
    select * from {{ ref('int_remission_assessments') }}
),

dates_resolved as (
    select * from {{ ref('int_dated_events') }}
),

extramedullary_assessments as (
    select * from {{ ref('stg_delivery__extramedullary_assessments') }}
    where disposition = 'accepted'
),

-- The last marrow with a value on or before the index date tells whether a patient
-- of a group in remission starts in one; without one the patient does.
starts_ranked as (
    select
        patient_id,
        is_blast_free,
        source_record,
        row_number() over (
            partition by patient_id order by assessment_date desc
        ) as rank_by_recency
    from assessments
    where day_number <= 0 and blast_percent is not null
),

signals_listed as (
    select
        follow_up.patient_id,
        follow_up.index_date as signal_date,
        'remission' as signal,
        cast(null as string) as source_table,
        cast(null as bigint) as file_line,
        cast(null as string) as source_record
    from follow_up
    inner join patients on follow_up.patient_id = patients.patient_id
    left join starts_ranked
        on
            follow_up.patient_id = starts_ranked.patient_id
            and starts_ranked.rank_by_recency = 1
    where
        patients.state_at_index = 'in_remission'
        and coalesce(starts_ranked.is_blast_free, true)
    union all
    select
        assessments.patient_id,
        assessments.assessment_date as signal_date,
        'remission' as signal,
        'marrow_assessments' as source_table,
        assessments.file_line,
        assessments.source_record
    from assessments
    inner join patients on assessments.patient_id = patients.patient_id
    where
        assessments.day_number > 0
        and (
            (patients.state_at_index = 'in_remission' and assessments.is_blast_free)
            or assessments.grade_precedence is not null
        )
    union all
    select
        patient_id,
        assessment_date as signal_date,
        'relapse' as signal,
        'marrow_assessments' as source_table,
        file_line,
        source_record
    from assessments
    where day_number > 0 and not is_blast_free
    union all
    select
        extramedullary_assessments.patient_id,
        extramedullary_assessments.assessment_date as signal_date,
        'relapse' as signal,
        'extramedullary_assessments' as source_table,
        extramedullary_assessments.file_line,
        extramedullary_assessments.source_record
    from extramedullary_assessments
    inner join follow_up
        on extramedullary_assessments.patient_id = follow_up.patient_id
    where
        extramedullary_assessments.involvement = 'yes'
        and extramedullary_assessments.assessment_date > follow_up.index_date
    union all
    select
        dates_resolved.patient_id,
        dates_resolved.event_date as signal_date,
        'relapse' as signal,
        dates_resolved.source_table,
        dates_resolved.file_line,
        dates_resolved.source_record
    from dates_resolved
    inner join follow_up on dates_resolved.patient_id = follow_up.patient_id
    where
        dates_resolved.event_type in (
            'haematological_relapse', 'extramedullary_relapse'
        )
        and dates_resolved.event_date > follow_up.index_date
),

signals as (
    select
        signals_listed.patient_id,
        signals_listed.signal_date,
        signals_listed.signal,
        signals_listed.source_table,
        signals_listed.file_line,
        signals_listed.source_record
    from signals_listed
    inner join follow_up on signals_listed.patient_id = follow_up.patient_id
    where signals_listed.signal_date <= follow_up.follow_up_end_date
),

days as (
    select
        patient_id,
        signal_date,
        max(case when signal = 'remission' then 1 else 0 end) as has_remission,
        max(case when signal = 'relapse' then 1 else 0 end) as has_relapse
    from signals
    group by patient_id, signal_date
),

-- A day with one kind of signal settles the state. A day with both turns it round: out
-- of remission the remission starts and the relapse falls on its first day; in
-- remission the relapse ends it, and the next remission can only come on a later day.
turns_counted as (
    select
        patient_id,
        signal_date,
        max(case when has_remission <> has_relapse then signal_date end) over (
            partition by patient_id
            order by signal_date
            rows between unbounded preceding and current row
        ) as settled_on,
        cast(sum(has_remission * has_relapse) over (
            partition by patient_id
            order by signal_date
            rows between unbounded preceding and current row
        ) as bigint) as n_turns
    from days
),

states as (
    select
        turns_counted.patient_id,
        turns_counted.signal_date,
        (
            coalesce(settled.has_remission, 0)
            + turns_counted.n_turns
            - coalesce(settled_turns.n_turns, 0)
        ) % 2 as is_in_remission
    from turns_counted
    left join days as settled
        on
            turns_counted.patient_id = settled.patient_id
            and turns_counted.settled_on = settled.signal_date
    left join turns_counted as settled_turns
        on
            turns_counted.patient_id = settled_turns.patient_id
            and turns_counted.settled_on = settled_turns.signal_date
),

changes as (
    select
        patient_id,
        signal_date,
        is_in_remission,
        coalesce(
            lag(is_in_remission) over (partition by patient_id order by signal_date), 0
        ) as was_in_remission
    from states
),

spells as (
    select
        patient_id,
        is_in_remission,
        signal_date as first_date,
        lead(signal_date) over (partition by patient_id order by signal_date)
            as relapse_date
    from changes
    where is_in_remission <> was_in_remission
),

relapses_sourced as (
    select
        patient_id,
        signal_date,
        source_table,
        source_record,
        row_number() over (
            partition by patient_id, signal_date order by source_table, file_line
        ) as rank_by_source
    from signals
    where signal = 'relapse'
),

remissions_sourced as (
    select
        patient_id,
        signal_date,
        source_record,
        row_number() over (
            partition by patient_id, signal_date order by file_line nulls first
        ) as rank_by_source
    from signals
    where signal = 'remission'
),

numbered as (
    select
        spells.patient_id,
        cast(row_number() over (
            partition by spells.patient_id order by spells.first_date
        ) as bigint) as remission_number,
        'in_remission' as state,
        spells.first_date,
        spells.relapse_date,
        coalesce(spells.relapse_date - 1, follow_up.follow_up_end_date) as last_date,
        remissions_sourced.source_record as remission_record,
        relapses_sourced.source_table as relapse_table,
        relapses_sourced.source_record as relapse_record
    from spells
    inner join follow_up on spells.patient_id = follow_up.patient_id
    left join remissions_sourced
        on
            spells.patient_id = remissions_sourced.patient_id
            and spells.first_date = remissions_sourced.signal_date
            and remissions_sourced.rank_by_source = 1
    left join relapses_sourced
        on
            spells.patient_id = relapses_sourced.patient_id
            and spells.relapse_date = relapses_sourced.signal_date
            and relapses_sourced.rank_by_source = 1
    where spells.is_in_remission = 1
)

select * from numbered
