{{ config(materialized='view') }}
with
expectation_results as (
    select * from {{ ref('expectation_results') }}
),

rule_counts as (
    select * from {{ ref('rule_counts') }}
    where n_records > 0
),

failed as (
    select
        expectation_results.expectation_id,
        expectation_results.severity,
        coalesce(
            rule_counts.table_name,
            expectation_results.files,
            expectation_results.table_name
        ) as table_name,
        rule_counts.n_records,
        rule_counts.first_line,
        expectation_results.description,
        expectation_results.exception
    from expectation_results
    left join rule_counts
        on expectation_results.expectation_id = 'rule.' || rule_counts.rule_id
    where expectation_results.is_evaluated and not expectation_results.is_successful
)

select * from failed
