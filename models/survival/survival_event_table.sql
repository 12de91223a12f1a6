with

analysis_patients as (
    select * from {{ ref('analysis_patients') }}
),

days_counted as (
    select
        analysis_id,
        population,
        stratum,
        is_reverse,
        time_days,
        count(*) as n_left,
        count(case when status = 1 then 1 end) as n_event,
        count(case when status = 2 then 1 end) as n_competing,
        count(case when status = 0 then 1 end) as n_censored
    from analysis_patients
    where reason = 'analysed'
    group by analysis_id, population, stratum, is_reverse, time_days
),

risk_sets_counted as (
    select
        *,
        cast(sum(n_left) over (
            partition by analysis_id, stratum
            order by time_days desc nulls last
            rows between unbounded preceding and current row
        ) as bigint) as n_at_risk
    from days_counted
),

-- In a reverse analysis the dead of a day leave before the follow-up of others ends:
-- whoever died that day could not have been followed beyond it.
exposed_counted as (
    select
        analysis_id,
        population,
        stratum,
        time_days,
        n_at_risk,
        n_event,
        n_competing,
        n_censored,
        n_at_risk - case when is_reverse then n_censored else 0 end as n_exposed
    from risk_sets_counted
)

select * from exposed_counted
