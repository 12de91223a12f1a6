{{ config(materialized='view') }}
with
expectation_results as (
    select * from {{ ref('expectation_results') }}
),

gate_failures as (
    select * from {{ ref('gate_failures') }}
),

manifest as (
    select
        max(delivery_id) as delivery_id,
        max(data_cutoff_date) as data_cutoff_date
    from {{ ref('stg_delivery__manifest') }}
),

results_counted as (
    select
        count(*) as n_expectations,
        sum(case when is_evaluated then 1 else 0 end) as n_evaluated,
        sum(case when exception is not null then 1 else 0 end) as n_erred
    from expectation_results
),

failures_counted as (
    select
        sum(case when is_stop then 1 else 0 end) as n_stops,
        sum(case when severity = 'critical' then 1 else 0 end) as n_critical,
        sum(case when severity = 'critical' then 0 else 1 end) as n_warnings
    from gate_failures
),

judged as (
    select
        manifest.delivery_id,
        manifest.data_cutoff_date,
        coalesce(failures_counted.n_stops, 0) = 0 as is_accepted,
        cast(coalesce(failures_counted.n_critical, 0) as bigint) as n_critical,
        cast(coalesce(failures_counted.n_warnings, 0) as bigint) as n_warnings,
        cast(results_counted.n_erred as bigint) as n_erred,
        cast(results_counted.n_evaluated as bigint) as n_evaluated,
        results_counted.n_expectations
    from results_counted
    cross join failures_counted
    cross join manifest
)

select * from judged
