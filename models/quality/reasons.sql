{{ config(materialized='view') }}
with
expectation_results as (
    select * from {{ ref('expectation_results') }}
),

rules_counted as (
    select * from {{ ref('rules_counted') }}
    where n_records > 0
),

failed as (
    select
        expectation_results.expectation_id,
        expectation_results.severity,
        coalesce(
            rules_counted.table_name,
            expectation_results.files,
            expectation_results.table_name
        ) as table_name,
        rules_counted.n_records,
        rules_counted.first_line,
        expectation_results.description,
        expectation_results.exception
    from expectation_results
    left join rules_counted
        on expectation_results.expectation_id = 'rule.' || rules_counted.rule_id
    where expectation_results.is_evaluated and not expectation_results.is_successful
)

select * from failed
