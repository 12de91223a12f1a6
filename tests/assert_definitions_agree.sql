-- A returned row is a definition that others contradict, or that no data can meet, with
-- the claim that it breaks.
{% set query %}
with
response_windows as (
    select * from {{ ref('response_windows') }}
),

endpoints as (
    select * from {{ ref('endpoints') }}
),

endpoint_events as (
    select * from {{ ref('endpoint_events') }}
),

censoring_rules as (
    select * from {{ ref('censoring_rules') }}
),

characteristic_bands as (
    select * from {{ ref('characteristic_bands') }}
),

eligibility_criteria as (
    select * from {{ ref('eligibility_criteria') }}
),

missingness_limits as (
    select * from {{ ref('missingness_limits') }}
),

report_figures as (
    select * from {{ ref('report_figures') }}
),

report_results as (
    select * from {{ ref('report_results') }}
),

report_tables as (
    select * from {{ ref('report_tables') }}
),

published_mapping as (
    select * from {{ ref('published_mapping') }}
),

publications_named as (
    select count(*) as n_items
    from {{ ref('study') }}
    where item in ('publication', 'citation')
),

endpoints_counted as (
    select
        endpoint,
        count(case when role = 'origin' then 1 end) as n_origins,
        count(case when role = 'event' and status = 1 then 1 end) as n_events,
        count(case when role = 'event' and status = 2 then 1 end) as n_competing,
        count(case when role = 'event' then 1 end) as n_ends,
        count(distinct case when role = 'event' then precedence end) as n_precedences
    from endpoint_events
    group by endpoint
),

rules_counted as (
    select
        censoring_rule,
        count(case when stop_type = 'follow_up_end' then 1 end) as n_ends,
        count(*) as n_stops,
        count(distinct precedence) as n_precedences
    from censoring_rules
    group by censoring_rule
),

-- Each band beside the others of its variable.
bands_paired as (
    select
        bands.variable,
        bands.level,
        bands.below,
        others.level <> bands.level
        and coalesce(bands.at_least < others.below, true)
        and coalesce(others.at_least < bands.below, true) as is_overlapping,
        others.at_least >= bands.below as is_above,
        others.at_least = bands.below as is_next
    from characteristic_bands as bands
    inner join characteristic_bands as others on bands.variable = others.variable
),

bands_counted as (
    select
        variable,
        level,
        count(case when is_overlapping then 1 end) as n_overlapping,
        count(case when is_above then 1 end) as n_above,
        count(case when is_next then 1 end) as n_next
    from bands_paired
    group by variable, level, below
),

claims_checked as (
    select
        'response_windows' as seed,
        max(response_window) as definition,
        case
            when count(case when is_default then 1 end) <> 1
                then 'one window is that of whatever names none'
        end as claim_broken
    from response_windows
    having count(*) > 0
    union all
    select
        'response_windows' as seed,
        response_window as definition,
        case
            when last_day < first_day then 'a window ends after it begins'
        end as claim_broken
    from response_windows
    union all
    select
        'endpoint_events' as seed,
        endpoint as definition,
        case
            when n_origins <> 1 then 'a clock has one origin'
            when n_events = 0 then 'an endpoint has an event'
            when n_precedences <> n_ends then 'what ends a time has its own precedence'
        end as claim_broken
    from endpoints_counted
    union all
    select
        'endpoint_events' as seed,
        endpoint || ' ' || event_type as definition,
        case
            when (status is not null) <> (role = 'event')
                then 'an event has a status, and an origin none'
            when status not between 0 and 2
                then 'a time is censored, or ends in an event or a competing one'
        end as claim_broken
    from endpoint_events
    union all
    select
        'endpoints' as seed,
        endpoints.endpoint as definition,
        case
            when
                (endpoints.competing_role = 'none')
                <> (endpoints_counted.n_competing = 0)
                then 'what competes has a role, and nothing else'
        end as claim_broken
    from endpoints
    inner join endpoints_counted on endpoints.endpoint = endpoints_counted.endpoint
    union all
    select
        'endpoints' as seed,
        max(endpoint) as definition,
        'non-relapse mortality is one endpoint' as claim_broken
    from endpoints
    where is_non_relapse_mortality
    having count(*) > 1
    union all
    select
        'censoring_rules' as seed,
        censoring_rule as definition,
        case
            when n_ends <> 1 then 'every time stops at the end of follow-up'
            when n_precedences <> n_stops then 'what stops a time has its own precedence'
        end as claim_broken
    from rules_counted
    union all
    select
        'characteristic_bands' as seed,
        variable || ' ' || level as definition,
        case
            when n_overlapping > 0 then 'a value lies in one band'
            when n_above > 0 and n_next = 0 then 'no value lies between two bands'
        end as claim_broken
    from bands_counted
    union all
    select
        'eligibility_criteria' as seed,
        max(criterion) as definition,
        'a step is one criterion' as claim_broken
    from eligibility_criteria
    group by step
    having count(distinct criterion) > 1
    union all
    select
        'missingness_limits' as seed,
        table_name || '.' || column_name as definition,
        case
            when max_percent not between 0 and 100 then 'a share is a percentage'
        end as claim_broken
    from missingness_limits
    union all
    select
        'report_figures' as seed,
        figure_id as definition,
        case
            when
                (kind = 'analysis' and analysis_id is null)
                or (
                    kind = 'estimates'
                    and (population is null or endpoint is null or at_month is null)
                )
                or (
                    kind = 'responses' and (subset is null or response_window is null)
                )
                then 'a figure names what it shows'
        end as claim_broken
    from report_figures
    union all
    select
        'report_results' as seed,
        label as definition,
        case
            when
                (
                    kind = 'response'
                    and (measure is null or response_window is null)
                )
                or (kind in ('median', 'incidence') and endpoint is null)
                or (kind = 'incidence' and at_month is null)
                then 'a main result names what it tells'
        end as claim_broken
    from report_results
    union all
    select
        'report_tables' as seed,
        table_id as definition,
        case
            when kind = 'estimates' and endpoint is null
                then 'a table of estimates names its endpoint'
        end as claim_broken
    from report_tables
    union all
    select
        'published_mapping' as seed,
        min(published_mapping.result_id) as definition,
        'printed numbers have a publication and its citation' as claim_broken
    from published_mapping
    cross join publications_named
    where publications_named.n_items < 2
    having count(*) > 0
)

select * from claims_checked
where claim_broken is not null
{% endset %}
{{ refuse_definitions(query) }}
