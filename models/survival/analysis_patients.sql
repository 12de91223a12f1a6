-- A view: analyses x patients would be the largest table, and two models read it once.
{{ config(materialized='view') }}

with

survival_analyses as (
    select * from {{ ref('analysis_definitions') }}
),

members_listed as (
    select * from {{ ref('population_members') }}
),

time_to_event as (
    select * from {{ ref('time_to_event') }}
),

survival_strata as (
    select * from {{ ref('survival_strata') }}
),

-- Why who had the event before a landmark is left out there.
landmark_reasons as (
    select distinct
        endpoint,
        ended_by,
        landmark_reason
    from {{ ref('endpoint_events') }}
    where landmark_reason is not null
),

times_assigned as (
    select
        survival_analyses.analysis_id,
        members_listed.patient_id,
        survival_analyses.population,
        survival_analyses.stratum_variable,
        survival_analyses.landmark_day,
        survival_analyses.is_reverse,
        time_to_event.time_days,
        time_to_event.status,
        time_to_event.is_evaluable,
        time_to_event.not_evaluable_reason,
        time_to_event.origin_date,
        landmark_reasons.landmark_reason,
        survival_strata.level,
        survival_strata.known_on,
        survival_strata.level_before,
        survival_strata.level_before_on,
        coalesce(survival_analyses.landmark_day, 0) as clock_starts_on_day
    from survival_analyses
    inner join members_listed
        on survival_analyses.population = members_listed.population
    inner join time_to_event
        on
            members_listed.patient_id = time_to_event.patient_id
            and survival_analyses.counted_endpoint = time_to_event.endpoint
            and survival_analyses.censoring_rule = time_to_event.censoring_rule
    left join landmark_reasons
        on
            time_to_event.endpoint = landmark_reasons.endpoint
            and time_to_event.ended_by = landmark_reasons.ended_by
    left join survival_strata
        on
            members_listed.patient_id = survival_strata.patient_id
            and survival_analyses.stratum_variable = survival_strata.stratum_variable
),

days_counted as (
    select
        *,
        {{ days_between('origin_date', 'known_on') }} as level_day,
        {{ days_between('origin_date', 'level_before_on') }} as level_before_day
    from times_assigned
),

-- A landmark analysis groups by what was known on its day (P22), the lack of a response
-- so far included; any other by what is known at all, and whether that was too late is
-- for a test to say.
strata_assessed as (
    select
        *,
        case
            when stratum_variable is null then 'all'
            when landmark_day is null or level_day <= landmark_day then level
            when level_before_day <= landmark_day then level_before
        end as known_stratum,
        case
            when level_day > landmark_day and level_before_day <= landmark_day
                then level_before_day
            else level_day
        end as known_on_day
    from days_counted
),

reasons_given as (
    select
        analysis_id,
        patient_id,
        population,
        is_reverse,
        time_days - clock_starts_on_day as time_days,
        known_on_day,
        clock_starts_on_day,
        coalesce(known_stratum, 'unknown') as stratum,
        -- Reverse Kaplan-Meier swaps the roles: follow-up's end is the event (P21).
        case
            when not is_reverse then status
            when status = 0 then 1
            else 0
        end as status,
        case
            when not is_evaluable then not_evaluable_reason
            when time_days <= landmark_day and status = 0 then 'censored_by_landmark'
            when time_days = landmark_day then 'event_on_landmark_day'
            when time_days < landmark_day
                then coalesce(landmark_reason, 'event_by_landmark')
            when known_stratum is null then 'stratum_unknown'
            else 'analysed'
        end as reason
    from strata_assessed
)

select * from reasons_given
