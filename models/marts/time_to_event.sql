-- Facts (the timeline) and definitions (the rules) become verdicts in four steps:
-- origins, candidates, the first of them, and whether the row may be used.
with
cohort as (
    select * from {{ ref('cohort') }}
    where is_included
),

timeline as (
    select * from {{ ref('int_patient_timeline') }}
),

doubts as (
    select * from {{ ref('int_unresolved_events') }}
),

remissions as (
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

origins as (
    select
        cohort.patient_id,
        endpoint_populations.endpoint,
        endpoint_populations.censoring_rule,
        endpoint_events.event_type as origin_type,
        endpoint_events.reason_missing as reason_without_origin,
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

-- What an endpoint looks for under a rule: its events, then the rule's stops.
rules_listed as (
    select
        endpoint_populations.endpoint,
        endpoint_populations.disease_group,
        endpoint_populations.censoring_rule,
        endpoint_events.event_type,
        endpoint_events.status,
        endpoint_events.ended_by,
        0 as is_stop,
        endpoint_events.precedence
    from endpoint_populations
    inner join endpoint_events
        on
            endpoint_populations.endpoint = endpoint_events.endpoint
            and endpoint_events.role = 'event'
    union all
    select
        endpoint_populations.endpoint,
        endpoint_populations.disease_group,
        endpoint_populations.censoring_rule,
        censoring_rules.stop_type as event_type,
        0 as status,
        case when censoring_rules.stop_type = 'hsct' then 'hsct' end as ended_by,
        1 as is_stop,
        censoring_rules.precedence
    from endpoint_populations
    inner join censoring_rules
        on endpoint_populations.censoring_rule = censoring_rules.censoring_rule
),

-- On one day an event beats a stop, and the rules' precedence parts the events.
candidates_ranked as (
    select
        origins.patient_id,
        origins.endpoint,
        origins.censoring_rule,
        timeline.event_type,
        timeline.event_date,
        rules_listed.status,
        coalesce(rules_listed.ended_by, timeline.detail) as ended_by,
        case when rules_listed.ended_by = 'death' then timeline.detail end
            as death_cause,
        timeline.source_table,
        timeline.source_record,
        row_number() over (
            partition by origins.patient_id, origins.endpoint, origins.censoring_rule
            order by
                timeline.event_date,
                rules_listed.is_stop,
                rules_listed.precedence,
                timeline.event_type
        ) as place
    from origins
    inner join cohort on origins.patient_id = cohort.patient_id
    inner join rules_listed
        on
            origins.endpoint = rules_listed.endpoint
            and origins.censoring_rule = rules_listed.censoring_rule
            and cohort.disease_group = rules_listed.disease_group
    inner join timeline
        on
            origins.patient_id = timeline.patient_id
            and rules_listed.event_type = timeline.event_type
            and origins.origin_date <= timeline.event_date
),

doubts_gathered as (
    select
        origins.patient_id,
        origins.endpoint,
        origins.censoring_rule,
        min(
            case when doubts.doubt in ('record_in_quarantine', 'record_missing')
                    then doubts.doubt
            end
        ) as record_doubt,
        max(
            case
                when doubts.doubt = 'date_missing' and doubts.event_type = 'hsct' then 1
                else 0
            end
        ) as is_hsct_undated,
        max(
            case
                when doubts.doubt = 'date_missing' and doubts.event_type = 'relapse'
                    then 1
                else 0
            end
        ) as is_relapse_undated,
        max(
            case
                when doubts.doubt = 'date_missing' and doubts.event_type = 'death'
                    then 1
                else 0
            end
        ) as is_death_undated
    from origins
    inner join cohort on origins.patient_id = cohort.patient_id
    inner join rules_listed
        on
            origins.endpoint = rules_listed.endpoint
            and origins.censoring_rule = rules_listed.censoring_rule
            and cohort.disease_group = rules_listed.disease_group
    inner join doubts
        on
            origins.patient_id = doubts.patient_id
            and doubts.event_type in (
                rules_listed.event_type,
                origins.origin_type,
                case
                    when rules_listed.event_type in (
                            'death_from_relapse', 'death_without_relapse'
                        ) then 'death'
                    when
                        rules_listed.event_type = 'relapse'
                        and origins.origin_type = 'hsct'
                        then 'relapse_after_hsct'
                end
            )
    group by origins.patient_id, origins.endpoint, origins.censoring_rule
),

remission_at_origin as (
    select distinct
        origins.patient_id,
        origins.endpoint,
        origins.censoring_rule
    from origins
    inner join remissions
        on
            origins.patient_id = remissions.patient_id
            and origins.origin_date between
            remissions.first_date and remissions.last_date
),

judged as (
    select
        origins.patient_id,
        origins.endpoint,
        origins.censoring_rule,
        origins.origin_date,
        ended.event_date as end_date,
        ended.status,
        ended.ended_by,
        ended.death_cause,
        ended.source_table,
        ended.source_record,
        overruled.ended_by as overruled_on_the_day,
        case
            when doubts_gathered.record_doubt is not null
                then doubts_gathered.record_doubt
            when origins.origin_date is null and origins.origin_type <> 'hsct'
                then origins.reason_without_origin
            when doubts_gathered.is_hsct_undated = 1 then 'hsct_date_missing'
            when origins.origin_date is null then origins.reason_without_origin
            when doubts_gathered.is_relapse_undated = 1 then 'event_date_missing'
            when origins.origin_type = 'hsct' and remission_at_origin.patient_id is null
                then 'not_in_remission_at_hsct'
            when
                doubts_gathered.is_death_undated = 1
                and ended.event_type = 'follow_up_end'
                then 'event_date_missing'
        end as not_evaluable_reason
    from origins
    left join candidates_ranked as ended
        on
            origins.patient_id = ended.patient_id
            and origins.endpoint = ended.endpoint
            and origins.censoring_rule = ended.censoring_rule
            and ended.place = 1
    left join candidates_ranked as overruled
        on
            origins.patient_id = overruled.patient_id
            and origins.endpoint = overruled.endpoint
            and origins.censoring_rule = overruled.censoring_rule
            and overruled.place = 2
            and ended.event_date = overruled.event_date
            and ended.ended_by <> overruled.ended_by
    left join doubts_gathered
        on
            origins.patient_id = doubts_gathered.patient_id
            and origins.endpoint = doubts_gathered.endpoint
            and origins.censoring_rule = doubts_gathered.censoring_rule
    left join remission_at_origin
        on
            origins.patient_id = remission_at_origin.patient_id
            and origins.endpoint = remission_at_origin.endpoint
            and origins.censoring_rule = remission_at_origin.censoring_rule
),

verdicts as (
    select
        patient_id,
        endpoint,
        censoring_rule,
        case when not_evaluable_reason is null then ended_by end as ended_by,
        case when not_evaluable_reason is null then death_cause end as death_cause,
        case when not_evaluable_reason is null then overruled_on_the_day end
            as overruled_on_the_day,
        not_evaluable_reason,
        case when not_evaluable_reason is null
                then {{ days_between('origin_date', 'end_date') }}
        end as time_days,
        case when not_evaluable_reason is null then status end as status,
        not_evaluable_reason is null as is_evaluable,
        case when not_evaluable_reason is null then origin_date end as origin_date,
        case when not_evaluable_reason is null then end_date end as end_date,
        case when not_evaluable_reason is null then source_table end as source_table,
        case when not_evaluable_reason is null then source_record end as source_record
    from judged
)

select * from verdicts
