-- Facts (the timeline) and definitions (the rules) become verdicts in five steps:
-- origins, candidates, ends, reasons against, verdicts. What differs between endpoints
-- is a column of a definition: none is named here, and no event or group either.
with
cohort as (
    select * from {{ ref('int_cohort') }}
    where is_included
),

timeline as (
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

-- What an endpoint looks for under a rule: its origin, its events, the rule's stops.
rules_listed as (
    select
        endpoints_derived.endpoint,
        endpoints_derived.censoring_rule,
        endpoint_events.role,
        endpoint_events.event_type,
        endpoint_events.precedence,
        endpoint_events.status,
        endpoint_events.ended_by,
        endpoint_events.doubted_by
    from endpoint_events
    inner join endpoints_derived
        on endpoint_events.endpoint = endpoints_derived.endpoint
    union all
    select
        endpoints_derived.endpoint,
        endpoints_derived.censoring_rule,
        'stop' as role,
        censoring_rules.stop_type as event_type,
        censoring_rules.precedence,
        0 as status,
        censoring_rules.ended_by,
        censoring_rules.doubted_by
    from censoring_rules
    inner join endpoints_derived
        on censoring_rules.censoring_rule = endpoints_derived.censoring_rule
),

origins as (
    select
        cohort.patient_id,
        endpoint_populations.endpoint,
        endpoint_populations.censoring_rule,
        endpoint_events.event_type as origin_type,
        endpoint_events.required_state,
        timeline.event_date as origin_date
    from cohort
    inner join endpoint_populations
        on cohort.disease_group = endpoint_populations.disease_group
    inner join endpoint_events
        on
            endpoint_populations.endpoint = endpoint_events.endpoint
            and endpoint_events.role = 'origin'
    left join timeline
        on
            cohort.patient_id = timeline.patient_id
            and endpoint_events.event_type = timeline.event_type
),

-- On one day an event beats a stop, and the rules' precedence parts the events. A rule
-- that does not say what it is called is called by the detail of its fact.
candidates_ranked as (
    select
        origins.patient_id,
        origins.endpoint,
        origins.censoring_rule,
        timeline.event_type,
        timeline.event_date,
        rules_listed.status,
        coalesce(rules_listed.ended_by, timeline.detail) as ended_by,
        case when rules_listed.ended_by is not null then timeline.detail end
            as end_detail,
        timeline.source_table,
        timeline.source_record,
        row_number() over (
            partition by origins.patient_id, origins.endpoint, origins.censoring_rule
            order by
                timeline.event_date,
                rules_listed.role,
                rules_listed.precedence,
                timeline.event_type
        ) as rank_by_date
    from origins
    inner join rules_listed
        on
            origins.endpoint = rules_listed.endpoint
            and origins.censoring_rule = rules_listed.censoring_rule
            and rules_listed.role in ('event', 'stop')
    inner join timeline
        on
            origins.patient_id = timeline.patient_id
            and rules_listed.event_type = timeline.event_type
            and origins.origin_date <= timeline.event_date
),

ends as (
    select
        first_candidates.patient_id,
        first_candidates.endpoint,
        first_candidates.censoring_rule,
        first_candidates.event_type,
        first_candidates.event_date,
        first_candidates.status,
        first_candidates.ended_by,
        first_candidates.end_detail,
        first_candidates.source_table,
        first_candidates.source_record,
        second_candidates.ended_by as overruled_on_the_day
    from candidates_ranked as first_candidates
    left join candidates_ranked as second_candidates
        on
            first_candidates.patient_id = second_candidates.patient_id
            and first_candidates.endpoint = second_candidates.endpoint
            and first_candidates.censoring_rule = second_candidates.censoring_rule
            and first_candidates.event_date = second_candidates.event_date
            and first_candidates.ended_by <> second_candidates.ended_by
            and second_candidates.rank_by_date = 2
    where first_candidates.rank_by_date = 1
),

-- What speaks against a row: no origin, an origin outside the state that it requires,
-- an unresolved event of one of its rules.
findings_listed as (
    select
        patient_id,
        endpoint,
        censoring_rule,
        'origin_missing' as finding,
        origin_type as event_type
    from origins
    where origin_date is null
    union all
    select
        origins.patient_id,
        origins.endpoint,
        origins.censoring_rule,
        'not_' || origins.required_state as finding,
        origins.origin_type as event_type
    from origins
    left join states
        on
            origins.patient_id = states.patient_id
            and origins.required_state = states.state
            and origins.origin_date between states.first_date and states.last_date
    where
        origins.required_state is not null
        and origins.origin_date is not null
        and states.patient_id is null
    union all
    select
        origins.patient_id,
        origins.endpoint,
        origins.censoring_rule,
        doubts.doubt as finding,
        doubts.event_type
    from origins
    inner join rules_listed
        on
            origins.endpoint = rules_listed.endpoint
            and origins.censoring_rule = rules_listed.censoring_rule
    inner join doubts
        on
            origins.patient_id = doubts.patient_id
            and doubts.event_type in (rules_listed.event_type, rules_listed.doubted_by)
),

-- A finding that no reason is defined for counts first, under its own name: the row is
-- out rather than silently in.
reasons_ranked as (
    select
        findings_listed.patient_id,
        findings_listed.endpoint,
        findings_listed.censoring_rule,
        coalesce(not_evaluable_reasons.reason, findings_listed.finding) as reason,
        row_number() over (
            partition by
                findings_listed.patient_id,
                findings_listed.endpoint,
                findings_listed.censoring_rule
            order by
                not_evaluable_reasons.reason_order nulls first, findings_listed.finding
        ) as rank_by_order
    from findings_listed
    left join ends
        on
            findings_listed.patient_id = ends.patient_id
            and findings_listed.endpoint = ends.endpoint
            and findings_listed.censoring_rule = ends.censoring_rule
    left join not_evaluable_reasons
        on
            findings_listed.finding = not_evaluable_reasons.finding
            and coalesce(
                findings_listed.event_type = not_evaluable_reasons.event_type, true
            )
    where
        not_evaluable_reasons.only_if_ended_by is null
        or not_evaluable_reasons.only_if_ended_by = ends.event_type
),

verdicts as (
    select
        origins.patient_id,
        origins.endpoint,
        origins.censoring_rule,
        reasons_ranked.reason as not_evaluable_reason,
        reasons_ranked.reason is null as is_evaluable,
        ends.status,
        ends.ended_by,
        ends.end_detail,
        ends.overruled_on_the_day,
        origins.origin_date,
        ends.event_date as end_date,
        ends.source_table,
        ends.source_record
    from origins
    left join ends
        on
            origins.patient_id = ends.patient_id
            and origins.endpoint = ends.endpoint
            and origins.censoring_rule = ends.censoring_rule
    left join reasons_ranked
        on
            origins.patient_id = reasons_ranked.patient_id
            and origins.endpoint = reasons_ranked.endpoint
            and origins.censoring_rule = reasons_ranked.censoring_rule
            and reasons_ranked.rank_by_order = 1
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
