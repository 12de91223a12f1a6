-- A returned row is a time to event that contradicts itself, the end of follow-up or
-- the delivered records, with the claim that it breaks (P14-P20, P25).
with
time_to_event as (
    select * from {{ ref('time_to_event') }}
),

cohort as (
    select * from {{ ref('cohort') }}
    where is_included
),

endpoint_populations as (
    select * from {{ ref('endpoint_populations') }}
),

rules_with_names as (
    select
        endpoint,
        cast(null as string) as censoring_rule,
        ended_by
    from {{ ref('endpoint_events') }}
    where status = 0
    union all
    select
        cast(null as string) as endpoint,
        censoring_rule,
        ended_by
    from {{ ref('censoring_rules') }}
    where ended_by is not null
),

-- What a rule calls a censoring that is not the end of follow-up.
censorings_named as (
    select distinct
        endpoint_populations.endpoint,
        endpoint_populations.censoring_rule,
        rules_with_names.ended_by
    from endpoint_populations
    inner join rules_with_names
        on
            coalesce(endpoint_populations.endpoint = rules_with_names.endpoint, true)
            and coalesce(
                endpoint_populations.censoring_rule = rules_with_names.censoring_rule,
                true
            )
),

-- What ends a time without a record: the last day of a window.
ends_without_record as (
    select
        endpoint,
        ended_by
    from {{ ref('endpoint_events') }}
    where event_type = 'no_remission_by_window_end'
),

-- Endpoints whose events are the relapse of a remission and the death of any cause,
-- and no other.
relapse_or_death as (
    select endpoint
    from {{ ref('endpoint_events') }}
    where role = 'event'
    group by endpoint
    having
        count(*) = 2
        and count(
            case when event_type in ('relapse', 'death') and status = 1 then 1 end
        ) = 2
),

-- Endpoints whose one event is the death of any cause.
death_alone as (
    select endpoint
    from {{ ref('endpoint_events') }}
    where role = 'event'
    group by endpoint
    having
        count(*) = 1
        and count(case when event_type = 'death' and status = 1 then 1 end) = 1
),

remissions as (
    select * from {{ ref('int_remission_spells') }}
),

follow_up as (
    select * from {{ ref('int_follow_up') }}
),

records as (
    {%- for table in delivery_tables() %}
    {{- '\n    union all' if not loop.first }}
    select
        patient_id,
        source_record,
        '{{ table.name }}' as source_table
    from {{ ref("stg_delivery__" ~ table.name) }}
    {%- endfor %}
),

-- The times in which a remission ended, told again from the states.
times_with_relapse as (
    select distinct
        time_to_event.patient_id,
        time_to_event.endpoint,
        time_to_event.censoring_rule
    from time_to_event
    inner join remissions
        on
            time_to_event.patient_id = remissions.patient_id
            and remissions.relapse_date between
            time_to_event.origin_date and time_to_event.end_date
),

beside as (
    select
        time_to_event.patient_id,
        time_to_event.endpoint,
        time_to_event.censoring_rule,
        time_to_event.origin_date,
        time_to_event.end_date,
        time_to_event.time_days,
        time_to_event.status,
        time_to_event.ended_by,
        time_to_event.source_table,
        time_to_event.source_record,
        time_to_event.is_evaluable,
        time_to_event.not_evaluable_reason,
        cohort.follow_up_end_date,
        cohort.follow_up_end_reason,
        follow_up.death_date,
        times_with_relapse.patient_id is not null as has_relapse,
        censorings_named.ended_by is not null as is_censoring_named,
        ends_without_record.ended_by is not null as is_end_without_record,
        relapse_or_death.endpoint is not null as is_relapse_or_death,
        death_alone.endpoint is not null as is_death_alone
    from time_to_event
    inner join cohort on time_to_event.patient_id = cohort.patient_id
    inner join follow_up on time_to_event.patient_id = follow_up.patient_id
    left join times_with_relapse
        on
            time_to_event.patient_id = times_with_relapse.patient_id
            and time_to_event.endpoint = times_with_relapse.endpoint
            and time_to_event.censoring_rule = times_with_relapse.censoring_rule
    left join censorings_named
        on
            time_to_event.endpoint = censorings_named.endpoint
            and time_to_event.censoring_rule = censorings_named.censoring_rule
            and time_to_event.ended_by = censorings_named.ended_by
    left join ends_without_record
        on
            time_to_event.endpoint = ends_without_record.endpoint
            and time_to_event.ended_by = ends_without_record.ended_by
    left join relapse_or_death
        on time_to_event.endpoint = relapse_or_death.endpoint
    left join death_alone on time_to_event.endpoint = death_alone.endpoint
),

times_checked as (
    select
        patient_id,
        endpoint,
        censoring_rule,
        case
            when is_evaluable <> (not_evaluable_reason is null)
                then 'whoever is not evaluable has a reason'
            when
                not is_evaluable
                and coalesce(
                    cast(origin_date as string),
                    cast(end_date as string),
                    cast(time_days as string),
                    cast(status as string),
                    ended_by,
                    source_table,
                    source_record
                ) is not null
                then 'what is not evaluable has no time'
            when not is_evaluable then null
            when
                coalesce(
                    time_days <> {{ days_between('origin_date', 'end_date') }}, true
                )
                then 'the time is its end less its origin'
            when time_days < 0 then 'no time is negative'
            when end_date > follow_up_end_date
                then 'no time goes on after the end of follow-up'
            when status not in (0, 1, 2) or status is null or ended_by is null
                then 'a time ends in one way'
            when
                status = 0
                and not is_censoring_named
                and (
                    ended_by <> follow_up_end_reason
                    or ended_by = 'death'
                    or end_date <> follow_up_end_date
                )
                then 'a censoring has the one reason of the end of follow-up'
            when
                is_relapse_or_death
                and case
                    when has_relapse then 'relapse'
                    when death_date = end_date then 'death'
                    else 'censoring'
                end
                <> case when status = 1 then ended_by else 'censoring' end
                then 'events are relapses and deaths without relapse'
            when
                is_death_alone
                and (status = 1) <> coalesce(death_date = end_date, false)
                then 'survival ends with the death or not at all'
            when
                (ended_by in ('study_end', 'data_cutoff') or is_end_without_record)
                and coalesce(source_table, source_record) is not null
                then 'a parameter is in no record'
        end as claim_broken
    from beside
),

-- Each of the next two claims compares with other rows, in a pass of its own.
rules_compared as (
    select
        times_of_rule.patient_id,
        times_of_rule.endpoint,
        times_of_rule.censoring_rule,
        case
            when standard_times.end_date < times_of_rule.end_date
                then 'a censoring rule makes no time longer'
            when censorings_named.ended_by is null
                then 'only what the rule names makes a time shorter'
        end as claim_broken
    from time_to_event as times_of_rule
    inner join time_to_event as standard_times
        on
            times_of_rule.patient_id = standard_times.patient_id
            and times_of_rule.endpoint = standard_times.endpoint
            and standard_times.censoring_rule = 'standard'
    left join censorings_named
        on
            times_of_rule.endpoint = censorings_named.endpoint
            and times_of_rule.censoring_rule = censorings_named.censoring_rule
            and times_of_rule.ended_by = censorings_named.ended_by
    where
        times_of_rule.is_evaluable
        and standard_times.is_evaluable
        and times_of_rule.censoring_rule <> 'standard'
        and standard_times.end_date <> times_of_rule.end_date
),

records_missing as (
    select
        ends_recorded.patient_id,
        ends_recorded.endpoint,
        ends_recorded.censoring_rule,
        'what ended a time stands in a delivered record of the patient' as claim_broken
    from (
        select
            time_to_event.patient_id,
            time_to_event.endpoint,
            time_to_event.censoring_rule,
            time_to_event.source_table,
            time_to_event.source_record
        from time_to_event
        left join ends_without_record
            on
                time_to_event.endpoint = ends_without_record.endpoint
                and time_to_event.ended_by = ends_without_record.ended_by
        where
            time_to_event.is_evaluable
            and time_to_event.ended_by not in ('study_end', 'data_cutoff')
            and ends_without_record.ended_by is null
    ) as ends_recorded
    left join records
        on
            ends_recorded.patient_id = records.patient_id
            and ends_recorded.source_table = records.source_table
            and ends_recorded.source_record = records.source_record
    where records.patient_id is null
),

rows_missing as (
    select
        cohort.patient_id,
        endpoint_populations.endpoint,
        endpoint_populations.censoring_rule,
        'every included patient has each time of the group' as claim_broken
    from cohort
    inner join endpoint_populations
        on cohort.disease_group = endpoint_populations.disease_group
    left join time_to_event
        on
            cohort.patient_id = time_to_event.patient_id
            and endpoint_populations.endpoint = time_to_event.endpoint
            and endpoint_populations.censoring_rule = time_to_event.censoring_rule
    where time_to_event.patient_id is null
),

claims_checked as (
    select * from times_checked
    union all
    select * from rules_compared
    union all
    select * from records_missing
    union all
    select * from rows_missing
)

select * from claims_checked
where claim_broken is not null
