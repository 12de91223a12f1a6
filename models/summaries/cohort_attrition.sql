with
eligibility_criteria as (
    select * from {{ ref('eligibility_criteria') }}
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

delivered as (
    select count(*) as n_delivered from cohort
),

counted as (
    select
        eligibility_criteria.step,
        eligibility_criteria.criterion,
        coalesce(exits.n_excluded, 0) as n_excluded,
        coalesce(exits.n_unknown, 0) as n_unknown,
        cast(sum(coalesce(exits.n_excluded, 0)) over (
            order by eligibility_criteria.step
            rows between unbounded preceding and current row
        ) as bigint) as n_excluded_so_far
    from eligibility_criteria
    left join exits on eligibility_criteria.step = exits.step
),

telescoped as (
    select
        counted.step,
        counted.criterion,
        delivered.n_delivered - counted.n_excluded_so_far + counted.n_excluded as n_in,
        counted.n_excluded,
        counted.n_unknown,
        delivered.n_delivered - counted.n_excluded_so_far as n_out
    from counted
    cross join delivered
)

select * from telescoped
