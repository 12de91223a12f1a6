-- A returned row is a published number that names no cell without contradicting itself,
-- a mapping of nothing, or a number that cannot be compared, with the claim it breaks.
{% set query %}
with
published_comparison as (
    select * from {{ ref('published_comparison') }}
),

published_results as (
    select * from {{ ref('published_results') }}
),

published_mapping as (
    select * from {{ ref('published_mapping') }}
),

claims_checked as (
    select
        result_id,
        case
            when mart_key is null and reachable <> 'conflict'
                then 'every number that data can give names its cell'
            when (mart is null or mart_column is null) and mart_key is not null
                then 'a cell is of a mart and a column'
            when agrees and derived is null then 'what agrees is derived'
            when
                derived is null
                and mart in (
                    'table_one', 'response_summary', 'outcome_summary',
                    'cohort_attrition'
                )
                then 'a summary has the cell that a mapping names'
            when
                mart = 'survival_summary'
                and mart_key not like 'analysis_id=% stratum=% statistic=%'
                then 'a cell is named by the key of its mart'
            when
                mart = 'analysis_populations'
                and mart_key not like 'analysis_id=% stratum=% reason=%'
                then 'a cell is named by the key of its mart'
            when (closest is not null) <> (reachable = 'conflict')
                then 'a number in conflict, and no other, has a closest one'
        end as claim_broken
    from published_comparison
    union all
    select
        published_results.result_id,
        case
            when published_comparison.result_id is null then 'every number is compared'
            when published_results.decimals not between 0 and 2
                then 'numbers print with up to two decimals'
            when
                published_results.reachable not in (
                    'exact', 'conflict', 'unknown_denominator'
                )
                then 'a number is exact, in conflict or of an unknown denominator'
            when
                (published_results.ci_low is null)
                <> (published_results.ci_high is null)
                then 'limits come in pairs'
            when
                published_results.value <> 'NR'
                and {{ format_decimal(parse_number('published_results.value'),
                               'published_results.decimals') }}
                <> published_results.value
                then 'a number prints as itself'
        end as claim_broken
    from published_results
    left join published_comparison
        on published_results.result_id = published_comparison.result_id
    union all
    select
        published_mapping.result_id,
        'a mapping is of a published number' as claim_broken
    from published_mapping
    left join published_results
        on published_mapping.result_id = published_results.result_id
    where published_results.result_id is null
)

select * from claims_checked
where claim_broken is not null
{% endset %}
{{ log_rows(query) }}
