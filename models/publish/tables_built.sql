{#- Publishing waits for these, for all that they are made of, and for every test of any
    of them. A whole build that finds a table missing here names it and stops. -#}
{%- set tables = [
    'analysis_definitions',
    'analysis_populations',
    'baseline_characteristics',
    'cohort',
    'cohort_attrition',
    'delivered_characteristics',
    'delivery_log',
    'derivation_findings',
    'derived_words',
    'endpoint_labels',
    'event_types',
    'labels',
    'missingness_limits',
    'outcome_summary',
    'patient_changes',
    'population_members',
    'published_comparison',
    'published_directions',
    'published_explanations',
    'quality_pages',
    'queries',
    'reconciliation',
    'record_changes',
    'report_figures',
    'report_marks',
    'report_months',
    'report_results',
    'report_tables',
    'response_outcomes',
    'response_rows',
    'response_summary',
    'responses',
    'rule_counts',
    'result_changes',
    'result_history',
    'stg_delivery__manifest',
    'strata',
    'study',
    'study_doubts',
    'study_parameters',
    'survival_strata',
    'survival_summary',
    'table_one',
    'table_one_variables',
    'time_to_event',
    'transplant_outcomes',
    'vocabularies',
] -%}
with
build_scope as (
    select * from {{ source('reading', 'build_scope') }}
),

tables_counted as (
    {%- for name in tables %}
    {%- set table = ref(name) %}
    select
        '{{ table.schema }}.{{ table.identifier }}' as table_name,
        count(*) as n_rows
    from {{ table }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

tables_built as (
    select
        tables_counted.table_name,
        tables_counted.n_rows,
        build_scope.is_whole
    from tables_counted
    cross join build_scope
)

select * from tables_built
