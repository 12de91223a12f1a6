{#- The marts of results, the key of each, and what is counted or estimated in it. -#}
{%- set counted = ['numerator', 'denominator'] -%}
{%- set results = {
    'table_one': (
        ['population', 'subset', 'variable', 'level', 'statistic'], ['value'] + counted
    ),
    'response_summary': (
        ['population', 'subset', 'response_window', 'measure'],
        counted + ['percent', 'ci_low', 'ci_high'],
    ),
    'outcome_summary': (['population', 'subset', 'measure'], counted + ['percent']),
    'survival_summary': (
        ['analysis_id', 'stratum', 'statistic', 'at_month'],
        [
            'estimate', 'std_error', 'ci_low', 'ci_high', 'n', 'n_event',
            'n_competing', 'n_at_risk', 'is_midpoint',
        ],
    ),
} -%}

with
{%- for mart in results %}
{{ mart }} as (
    select * from {{ ref(mart) }}
),
{% endfor %}
cells_before as (
    select * from {{ source('earlier', 'result_history') }}
),

-- Only a whole build has a row in the log, still without its verdict.
this_build as (
    select build_id
    from {{ source('reading', 'build_log') }}
    where verdict is null
),

cells_now as (
    {%- for mart, (key, columns) in results.items() %}
    {%- set is_last_mart = loop.last %}
    {%- for column in columns %}
    select
        '{{ mart }}' as mart,
        {{ mart_key(key) }} as mart_key,
        '{{ column }}' as mart_column,
        cast({{ column }} as double) as value
    from {{ mart }}
    {{- '\n    union all' if not (is_last_mart and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

history as (
    select
        build_id,
        mart,
        mart_key,
        mart_column,
        value
    from cells_before
    union all
    select
        this_build.build_id,
        cells_now.mart,
        cells_now.mart_key,
        cells_now.mart_column,
        cells_now.value
    from cells_now
    cross join this_build
)

select * from history
