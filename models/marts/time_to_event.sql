-- Facts (the timeline) and definitions (the rules) become verdicts in five steps:
-- origins, candidates, ends, reasons against, verdicts. What differs between endpoints
-- is a column of a definition: none is named here, and no event or group either.
with
cohort as (
    select * from {{ ref('int_cohort') }}
    where is_included
),

timeline as (
    select
        patient_id,
        event_type,
        event_date
    from {{ ref('int_patient_timeline') }}
),

-- The whole facts, of what ended a time.
facts as (
    select * from {{ ref('int_patient_timeline') }}
),

doubts as (
    select * from {{ ref('int_unresolved_events') }}
),

states as (
    select * from {{ ref('int_remission_spells') }}
),

endpoint_populations as (
    select * from {{ ref('endpoint_populations') }}
),

endpoint_events as (
    select * from {{ ref('endpoint_events') }}
),

censoring_rules as (
    select * from {{ ref('censoring_rules') }}
),

not_evaluable_reasons as (
    select * from {{ ref('not_evaluable_reasons') }}
),

endpoints_derived as (
    select distinct
        endpoint,
        censoring_rule
    from endpoint_populations
),

-- Each endpoint under each of its rules. Patients and facts are many: they are joined
-- and ordered by numbers, without words, so that a million patients fit in memory.
clocks as (
    select
        endpoints_derived.endpoint,
        endpoints_derived.censoring_rule,
        endpoint_events.event_type as origin_type,
        endpoint_events.required_state,
        cast(row_number() over (
            order by
                endpoints_derived.endpoint,
                endpoints_derived.censoring_rule,
                endpoint_events.event_type
        ) as int) as clock_number
    from endpoints_derived
    inner join endpoint_events
        on
            endpoints_derived.endpoint = endpoint_events.endpoint
            and endpoint_events.role = 'origin'
),

-- What a clock looks for: its origin, its events, the rule's stops.
rules_listed as (
    select
        clocks.clock_number,
        endpoint_events.role,
        endpoint_events.event_type,
        endpoint_events.precedence,
        endpoint_events.status,
        endpoint_events.ended_by,
        endpoint_events.doubted_by
    from clocks
    inner join endpoint_events on clocks.endpoint = endpoint_events.endpoint
    union all
    select
        clocks.clock_number,
        'stop' as role,
        censoring_rules.stop_type as event_type,
        censoring_rules.precedence,
        0 as status,
        censoring_rules.ended_by,
        censoring_rules.doubted_by
    from clocks
    inner join censoring_rules
        on clocks.censoring_rule = censoring_rules.censoring_rule
),

-- On one day an event beats a stop, and the rules' precedence parts the events.
rules_ranked as (
    select
        clock_number,
        event_type,
        status,
        ended_by,
        cast(row_number() over (
            partition by clock_number order by role, precedence, event_type
        ) as int) as rank_on_day
    from rules_listed
    where role in ('event', 'stop')
),

origins as (
    select
        cohort.patient_id,
        clocks.clock_number,
        timeline.event_date as origin_date
    from cohort
    inner join endpoint_populations
        on cohort.disease_group = endpoint_populations.disease_group
    inner join clocks
        on
            endpoint_populations.endpoint = clocks.endpoint
            and endpoint_populations.censoring_rule = clocks.censoring_rule
    left join timeline
        on
            cohort.patient_id = timeline.patient_id
            and clocks.origin_type = timeline.event_type
),

candidates_listed as (
    select
        origins.patient_id,
        origins.clock_number,
        origins.origin_date,
        timeline.event_date,
        rules_ranked.rank_on_day
    from origins
    inner join rules_ranked on origins.clock_number = rules_ranked.clock_number
    inner join timeline
        on
            origins.patient_id = timeline.patient_id
            and rules_ranked.event_type = timeline.event_type
            and origins.origin_date <= timeline.event_date
    union all
    -- So that a row remains where nothing was found.
    select
        patient_id,
        clock_number,
        origin_date,
        cast(null as date) as event_date,
        cast(null as int) as rank_on_day
    from origins
),

candidates_ranked as (
    select
        patient_id,
        clock_number,
        origin_date,
        event_date,
        rank_on_day,
        row_number() over candidates as rank_by_date,
        lead(event_date) over candidates as next_date,
        lead(rank_on_day) over candidates as next_rank_on_day
    from candidates_listed
    window
        candidates as (
            partition by patient_id, clock_number
            order by event_date nulls last, rank_on_day nulls last
        )
),

ends as (
    select
        candidates_ranked.patient_id,
        candidates_ranked.clock_number,
        candidates_ranked.origin_date,
        rules_ranked.event_type,
        candidates_ranked.event_date as end_date,
        rules_ranked.status,
        rules_ranked.ended_by,
        case
            when candidates_ranked.next_date = candidates_ranked.event_date
                then candidates_ranked.next_rank_on_day
        end as overruled_rank_on_day
    from candidates_ranked
    left join rules_ranked
        on
            candidates_ranked.clock_number = rules_ranked.clock_number
            and candidates_ranked.rank_on_day = rules_ranked.rank_on_day
    where candidates_ranked.rank_by_date = 1
),

-- What speaks against a row: no origin, an origin outside the state that it requires,
-- an unresolved event of one of its rules.
findings_listed as (
    select
        ends.patient_id,
        ends.clock_number,
        'origin_missing' as finding,
        clocks.origin_type as event_type,
        ends.event_type as ended_by
    from ends
    inner join clocks on ends.clock_number = clocks.clock_number
    where ends.origin_date is null
    union all
    select
        ends.patient_id,
        ends.clock_number,
        'not_' || clocks.required_state as finding,
        clocks.origin_type as event_type,
        ends.event_type as ended_by
    from ends
    inner join clocks on ends.clock_number = clocks.clock_number
    left join states
        on
            ends.patient_id = states.patient_id
            and clocks.required_state = states.state
            and ends.origin_date between states.first_date and states.last_date
    where
        clocks.required_state is not null
        and ends.origin_date is not null
        and states.patient_id is null
    union all
    select
        ends.patient_id,
        ends.clock_number,
        doubts.doubt as finding,
        doubts.event_type,
        ends.event_type as ended_by
    from ends
    inner join rules_listed on ends.clock_number = rules_listed.clock_number
    inner join doubts
        on
            ends.patient_id = doubts.patient_id
            and doubts.event_type in (rules_listed.event_type, rules_listed.doubted_by)
),

-- A finding that no reason is defined for counts first, under its own name: the row is
-- out rather than silently in.
reasons_ranked as (
    select
        findings_listed.patient_id,
        findings_listed.clock_number,
        coalesce(not_evaluable_reasons.reason, findings_listed.finding) as reason,
        row_number() over (
            partition by findings_listed.patient_id, findings_listed.clock_number
            order by
                not_evaluable_reasons.reason_order nulls first, findings_listed.finding
        ) as rank_by_order
    from findings_listed
    left join not_evaluable_reasons
        on
            findings_listed.finding = not_evaluable_reasons.finding
            and coalesce(
                findings_listed.event_type = not_evaluable_reasons.event_type, true
            )
    where
        not_evaluable_reasons.only_if_ended_by is null
        or not_evaluable_reasons.only_if_ended_by = findings_listed.ended_by
),

overruled as (
    select
        ends.patient_id,
        ends.clock_number,
        coalesce(rules_ranked.ended_by, facts.detail) as ended_by
    from ends
    inner join rules_ranked
        on
            ends.clock_number = rules_ranked.clock_number
            and ends.overruled_rank_on_day = rules_ranked.rank_on_day
    inner join facts
        on
            ends.patient_id = facts.patient_id
            and rules_ranked.event_type = facts.event_type
            and ends.end_date = facts.event_date
),

-- A rule that does not say what it is called is called by the detail of its fact.
verdicts as (
    select
        ends.patient_id,
        clocks.endpoint,
        clocks.censoring_rule,
        reasons_ranked.reason as not_evaluable_reason,
        reasons_ranked.reason is null as is_evaluable,
        ends.status,
        coalesce(ends.ended_by, facts.detail) as ended_by,
        case when ends.ended_by is not null then facts.detail end as end_detail,
        case
            when overruled.ended_by <> coalesce(ends.ended_by, facts.detail)
                then overruled.ended_by
        end as overruled_on_the_day,
        ends.origin_date,
        ends.end_date,
        facts.source_table,
        facts.source_record
    from ends
    inner join clocks on ends.clock_number = clocks.clock_number
    left join reasons_ranked
        on
            ends.patient_id = reasons_ranked.patient_id
            and ends.clock_number = reasons_ranked.clock_number
            and reasons_ranked.rank_by_order = 1
    left join facts
        on
            ends.patient_id = facts.patient_id
            and ends.event_type = facts.event_type
            and ends.end_date = facts.event_date
    left join overruled
        on
            ends.patient_id = overruled.patient_id
            and ends.clock_number = overruled.clock_number
),

-- What is not evaluable has no time.
times_given as (
    select
        patient_id,
        endpoint,
        censoring_rule,
        case when is_evaluable then ended_by end as ended_by,
        case when is_evaluable then end_detail end as end_detail,
        case when is_evaluable then overruled_on_the_day end as overruled_on_the_day,
        not_evaluable_reason,
        case when is_evaluable then {{ days_between('origin_date', 'end_date') }} end
            as time_days,
        case when is_evaluable then status end as status,
        is_evaluable,
        case when is_evaluable then origin_date end as origin_date,
        case when is_evaluable then end_date end as end_date,
        case when is_evaluable then source_table end as source_table,
        case when is_evaluable then source_record end as source_record
    from verdicts
)

select * from times_given
