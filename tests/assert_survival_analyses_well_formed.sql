-- A returned row is a row of survival_analyses that says what no data can mean, with
-- the claim that it breaks.
{% set query %}
with

survival_analyses as (
    select * from {{ ref('analysis_definitions') }}
),

endpoint_populations as (
    select * from {{ ref('endpoint_populations') }}
),

populations as (
    select * from {{ ref('populations') }}
),

strata as (
    select * from {{ ref('strata') }}
),

groupings as (
    select * from {{ ref('groupings') }}
),

claims_checked as (
    select
        analysis_id,
        case
            when analysis_id <> population || '__' || endpoint
                || case when censoring_rule = 'standard' then '' else '__' end
                || case when censoring_rule = 'standard' then '' else censoring_rule end
                || coalesce('__by_' || stratum_variable, '')
                || coalesce('__landmark_' || cast(landmark_day as string), '')
                then 'analysis_id says what the row is'
            when not exists (
                select 1
                from populations
                inner join endpoint_populations
                    on
                        coalesce(
                            populations.disease_group, endpoint_populations.disease_group
                        ) = endpoint_populations.disease_group
                where
                    populations.population = survival_analyses.population
                    and endpoint_populations.endpoint
                    = survival_analyses.counted_endpoint
                    and endpoint_populations.censoring_rule
                    = survival_analyses.censoring_rule
            ) then 'the population has this endpoint under this censoring rule'
            when
                stratum_variable is not null
                and stratum_variable not in (select stratum_variable from strata)
                then 'the stratum variable exists'
            when
                stratum_variable is not null
                and stratum_variable not in (select stratum_variable from groupings)
                then 'the grouping exists'
            when counted_endpoint is null then 'the endpoint exists'
            when is_reverse = (endpoint = counted_endpoint)
                then 'follow-up alone is reverse, and counts another endpoint''s times'
            when competing_role not in ('none', 'event', 'censoring')
                then 'competing_role is none, event or censoring'
            when landmark_day < 1 then 'a landmark lies after the origin'
            when is_exempt <> (exemption_reason is not null)
                then 'an exemption has a reason, and a reason is an exemption''s'
            when
                caution is null
                and (is_exempt or landmark_day > 0 or censoring_rule <> 'standard')
                then 'what needs a caution has one'
        end as claim_broken
    from survival_analyses
)

select * from claims_checked
where claim_broken is not null
{% endset %}
{{ log_rows(query) }}
