with
steps as (
    select distinct
        step,
        criterion
    from {{ ref('eligibility_criteria') }}
),

screened as (
    select * from {{ ref('int_eligibility') }}
),

cohort as (
    select * from {{ ref('cohort') }}
),

exits as (
    select
        cohort.exclusion_step as step,
        count(*) as n_excluded,
        cast(sum(case when screened.verdict = 'unknown' then 1 else 0 end) as bigint)
            as n_unknown
    from cohort
    inner join screened
        on
            cohort.patient_id = screened.patient_id
            and cohort.exclusion_step = screened.step
    group by cohort.exclusion_step
),

-- Every step is assessed in every patient, whoever left before it.
failures_counted as (
    select
        patient_id,
        step,
        count(*) over (partition by patient_id) as n_steps_failed
    from screened
    where verdict <> 'met'
),

steps_failed as (
    select
        step,
        count(*) as n_failing,
        cast(sum(case when n_steps_failed = 1 then 1 else 0 end) as bigint)
            as n_failing_alone
    from failures_counted
    group by step
),

delivered as (
    select count(*) as n_delivered from cohort
),

counted as (
    select
        steps.step,
        steps.criterion,
        coalesce(exits.n_excluded, 0) as n_excluded,
        coalesce(exits.n_unknown, 0) as n_unknown,
        coalesce(steps_failed.n_failing, 0) as n_failing,
        coalesce(steps_failed.n_failing_alone, 0) as n_failing_alone,
        cast(sum(coalesce(exits.n_excluded, 0)) over (
            order by steps.step
            rows between unbounded preceding and current row
        ) as bigint) as n_excluded_so_far
    from steps
    left join exits on steps.step = exits.step
    left join steps_failed on steps.step = steps_failed.step
),

running_totals as (
    select
        counted.step,
        counted.criterion,
        delivered.n_delivered - counted.n_excluded_so_far + counted.n_excluded as n_in,
        counted.n_excluded,
        counted.n_unknown,
        delivered.n_delivered - counted.n_excluded_so_far as n_out,
        counted.n_failing,
        counted.n_failing_alone
    from counted
    cross join delivered
)

select * from running_totals
