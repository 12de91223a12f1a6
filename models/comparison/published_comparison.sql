{#- The cells that may derive a number: the mart, the relation that holds it, its key,
    the column, and where that is a share of two integers. -#}
{%- set table_key = ['population', 'subset', 'variable', 'level', 'statistic'] -%}
{%- set response_key = ['population', 'subset', 'response_window', 'measure'] -%}
{%- set outcome_key = ['population', 'subset', 'measure'] -%}
{%- set survival_key = ['analysis_id', 'stratum', 'statistic', 'at_month'] -%}
{%- set cells = [
    ('table_one', 'table_one', table_key, 'value', "statistic = 'percent'"),
    ('response_summary', 'response_summary', response_key, 'numerator', none),
    ('response_summary', 'response_summary', response_key, 'denominator', none),
    ('response_summary', 'response_summary', response_key, 'percent', 'true'),
    ('outcome_summary', 'outcome_summary', outcome_key, 'numerator', none),
    ('outcome_summary', 'outcome_summary', outcome_key, 'denominator', none),
    ('outcome_summary', 'outcome_summary', outcome_key, 'percent', 'true'),
    ('survival_summary', 'survival_summary', survival_key, 'estimate', none),
    ('survival_summary', 'survival_summary', survival_key, 'n_event', none),
    (
        'analysis_populations', 'reasons_counted', ['analysis_id', 'stratum', 'reason'],
        'n', none
    ),
    ('cohort_attrition', 'cohort_attrition', ['step'], 'n_excluded', none),
] -%}

with
published_results as (
    select * from {{ ref('published_results') }}
),

published_mapping as (
    select * from {{ ref('published_mapping') }}
),

table_one as (
    select * from {{ ref('table_one') }}
),

response_summary as (
    select * from {{ ref('response_summary') }}
),

outcome_summary as (
    select * from {{ ref('outcome_summary') }}
),

survival_summary as (
    select * from {{ ref('survival_summary') }}
),

analysis_populations as (
    select * from {{ ref('analysis_populations') }}
),

cohort_attrition as (
    select * from {{ ref('cohort_attrition') }}
),

reasons as (
    select 'analysed' as reason
    union
    select reason
    from {{ ref('not_evaluable_reasons') }}
),

-- Nobody left out for a reason is 0, without a row of its own.
reasons_counted as (
    select
        analysis_populations.analysis_id,
        analysis_populations.stratum,
        reasons.reason,
        sum(
            case
                when analysis_populations.reason = reasons.reason
                    then analysis_populations.n
                else 0
            end
        ) as n
    from analysis_populations
    cross join reasons
    group by
        analysis_populations.analysis_id,
        analysis_populations.stratum,
        reasons.reason
),

-- Each cell under its name, the values of its key. Shares come with their integers.
cells_listed as (
    {%- for mart, relation, key, column, is_share in cells %}
    select
        '{{ mart }}' as mart,
        {{ mart_key(key) }} as mart_key,
        '{{ column }}' as mart_column,
        cast({{ column }} as double) as value,
        {%- for limit in ['ci_low', 'ci_high'] %}
        {{ limit if column == 'estimate' else 'cast(null as double)' }} as {{ limit }},
        {%- endfor %}
        {%- for part in ['numerator', 'denominator'] %}
        {% if is_share -%}
        case when {{ is_share }} then {{ part }} end
        {%- else -%}
        cast(null as bigint)
        {%- endif %} as {{ part }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

cells_found as (
    select
        published_results.result_id,
        published_results.section,
        published_results.statistic,
        published_results.value as published_estimate,
        published_results.ci_low as published_ci_low,
        published_results.ci_high as published_ci_high,
        published_results.decimals,
        published_results.reachable,
        published_mapping.mart,
        published_mapping.mart_key,
        published_mapping.mart_column,
        published_mapping.closest,
        cells.mart_key is not null as is_found,
        cells.value,
        cells.ci_low,
        cells.ci_high,
        cells.numerator,
        cells.denominator,
        alternatives.value as alternative_value,
        case published_results.decimals when 0 then 1 when 1 then 10 when 2 then 100 end
            as scale
    from published_results
    left join published_mapping
        on published_results.result_id = published_mapping.result_id
    left join cells_listed as cells
        on
            published_mapping.mart = cells.mart
            and published_mapping.mart_key = cells.mart_key
            and published_mapping.mart_column = cells.mart_column
    left join cells_listed as alternatives
        on
            published_mapping.mart = alternatives.mart
            and published_mapping.alternative_key = alternatives.mart_key
            and published_mapping.mart_column = alternatives.mart_column
),

-- A share is divided in integers, so that a tie is a tie.
shares_divided as (
    select
        *,
        100 * scale * numerator % nullif(denominator, 0) as remainder
    from cells_found
),

shares_rounded as (
    select
        *,
        {{ ratio('100 * scale * numerator - remainder', 'denominator') }} as quotient,
        case
            when 2 * remainder > denominator then 1
            when 2 * remainder < denominator then 0
        end as carry
    from shares_divided
),

printed as (
    select
        *,
        case
            when not is_found then null
            when value is null and statistic = 'median_months' then 'NR'
            when value is null then 'NE'
            when denominator is not null
                then {{ format_decimal(
                    '(quotient + coalesce(carry, quotient % 2)) / scale', 'decimals'
                ) }}
            else {{ format_decimal('value', 'decimals') }}
        end as derived_estimate,
        case
            when is_found and published_ci_low is not null
                then coalesce({{ format_decimal('ci_low', 'decimals') }}, 'NE')
        end as derived_ci_low,
        case
            when is_found and published_ci_high is not null
                then coalesce({{ format_decimal('ci_high', 'decimals') }}, 'NE')
        end as derived_ci_high,
        {{ format_decimal('alternative_value', 'decimals') }} as alternative
    from shares_rounded
),

compared as (
    select
        result_id,
        section,
        published_estimate
        || coalesce(' (' || published_ci_low || '-' || published_ci_high || ')', '')
            as published,
        derived_estimate
        || coalesce(' (' || derived_ci_low || '-' || derived_ci_high || ')', '')
            as derived,
        value as derived_value,
        alternative,
        closest,
        mart,
        mart_key,
        mart_column,
        decimals,
        coalesce(
            case
                when statistic = 'lower_bound_percent'
                    then value > {{ parse_number('published_estimate') }}
                else
                    derived_estimate = published_estimate
                    and coalesce(derived_ci_low = published_ci_low, true)
                    and coalesce(derived_ci_high = published_ci_high, true)
            end,
            false
        ) as agrees,
        reachable
    from printed
)

select * from compared
