-- The rows of the seed `survival_analyses` with what follows from them; people read it
-- under the seed's name, and nothing about an analysis is typed twice.
{{ config(alias='survival_analyses') }}

with

survival_analyses as (
    select * from {{ ref('survival_analyses') }}
),

endpoints as (
    select * from {{ ref('endpoints') }}
),

groupings as (
    select * from {{ ref('groupings') }}
),

censoring_cautions as (
    select
        censoring_rule,
        max(caution) as caution
    from {{ ref('censoring_rules') }}
    group by censoring_rule
),

landmarks as (
    select distinct
        population,
        endpoint,
        censoring_rule,
        stratum_variable
    from survival_analyses
    where landmark_day is not null
),

sentences_composed as (
    select
        survival_analyses.analysis_id,
        survival_analyses.population,
        survival_analyses.endpoint,
        survival_analyses.censoring_rule,
        survival_analyses.stratum_variable,
        survival_analyses.landmark_day,
        endpoints.counted_endpoint,
        endpoints.is_reverse,
        endpoints.competing_role,
        survival_analyses.is_exempt,
        survival_analyses.exemption_reason,
        endpoints.caution as endpoint_caution,
        censoring_cautions.caution as censoring_caution,
        case
            when survival_analyses.is_exempt
                then
                    groupings.late_caution
                    || ' '
                    || survival_analyses.exemption_reason
                    || case
                        when landmarks.population is not null
                            then '; read the landmark analysis beside it.'
                        else '.'
                    end
        end as late_caution,
        'Only patients '
        || endpoints.event_free_label
        || ' and under observation beyond day '
        || cast(survival_analyses.landmark_day as string)
        || coalesce(' ' || groupings.landmark_condition, '')
        || '; time counts from day '
        || cast(survival_analyses.landmark_day as string)
        || '.' as landmark_caution,
        groupings.caution as grouping_caution,
        survival_analyses.source
    from survival_analyses
    left join endpoints on survival_analyses.endpoint = endpoints.endpoint
    left join groupings
        on survival_analyses.stratum_variable = groupings.stratum_variable
    left join censoring_cautions
        on survival_analyses.censoring_rule = censoring_cautions.censoring_rule
    left join landmarks
        on
            survival_analyses.population = landmarks.population
            and survival_analyses.endpoint = landmarks.endpoint
            and survival_analyses.censoring_rule = landmarks.censoring_rule
            and survival_analyses.stratum_variable = landmarks.stratum_variable
            and survival_analyses.landmark_day is null
),

composed as (
    select
        analysis_id,
        population,
        endpoint,
        censoring_rule,
        stratum_variable,
        landmark_day,
        counted_endpoint,
        is_reverse,
        competing_role,
        is_exempt,
        exemption_reason,
        nullif(
            concat_ws(
                ' ',
                endpoint_caution,
                censoring_caution,
                late_caution,
                landmark_caution,
                grouping_caution
            ),
            ''
        ) as caution,
        source
    from sentences_composed
)

select * from composed
