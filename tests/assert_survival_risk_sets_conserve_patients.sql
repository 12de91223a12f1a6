-- A returned row is a day, or an analysis and stratum, whose counts lose or gain a
-- patient, with the claim that it breaks.
with

survival_event_table as (
    select * from {{ ref('survival_event_table') }}
),

analysis_populations as (
    select * from {{ ref('analysis_populations') }}
),

survival_analyses as (
    select * from {{ ref('analysis_definitions') }}
),

analysis_patients as (
    select * from {{ ref('analysis_patients') }}
),

next_days_seen as (
    select
        survival_event_table.*,
        survival_analyses.is_reverse,
        survival_analyses.competing_role,
        survival_event_table.n_event
        + survival_event_table.n_competing
        + survival_event_table.n_censored as n_left,
        lead(survival_event_table.n_at_risk, 1, cast(0 as bigint)) over (
            partition by survival_event_table.analysis_id, survival_event_table.stratum
            order by survival_event_table.time_days
        ) as n_at_risk_next
    from survival_event_table
    inner join survival_analyses
        on survival_event_table.analysis_id = survival_analyses.analysis_id
),

days_checked as (
    select
        analysis_id,
        stratum,
        time_days,
        case
            when n_at_risk - n_left <> n_at_risk_next
                then 'at risk less those who leave is at risk next'
            when n_left = 0 then 'somebody leaves on every day listed'
            when time_days < 0 then 'no time is negative'
            when n_exposed < n_event + n_competing then 'events come from the exposed'
            when n_at_risk - n_exposed
                <> case when is_reverse then n_censored else 0 end
                then 'only reverse analyses take the dead of the day away'
            when n_competing > 0 and competing_role = 'none'
                then 'nothing competes where no role says so'
        end as claim_broken
    from next_days_seen
),

strata_counted as (
    select
        analysis_id,
        stratum,
        max(n_at_risk) as n_at_first,
        cast(sum(n_left) as bigint) as n_left,
        cast(sum(n_event) as bigint) as n_event
    from next_days_seen
    group by analysis_id, stratum
),

strata_recounted as (
    select
        analysis_id,
        stratum,
        count(case when status = 1 then 1 end) as n_event
    from analysis_patients
    where reason = 'analysed'
    group by analysis_id, stratum
),

strata_checked as (
    select
        analysis_populations.analysis_id,
        analysis_populations.stratum,
        cast(null as int) as time_days,
        case
            when coalesce(strata_counted.n_at_first, 0) <> analysis_populations.n
                then 'all who are analysed are at risk at first'
            when coalesce(strata_counted.n_left, 0) <> analysis_populations.n
                then 'all who are analysed leave once'
            when
                coalesce(strata_counted.n_event, 0)
                <> coalesce(strata_recounted.n_event, 0)
                then 'every event is counted'
        end as claim_broken
    from analysis_populations
    left join strata_counted
        on
            analysis_populations.analysis_id = strata_counted.analysis_id
            and analysis_populations.stratum = strata_counted.stratum
    left join strata_recounted
        on
            analysis_populations.analysis_id = strata_recounted.analysis_id
            and analysis_populations.stratum = strata_recounted.stratum
    where analysis_populations.reason = 'analysed'
),

strata_forgotten as (
    select
        strata_counted.analysis_id,
        strata_counted.stratum,
        cast(null as int) as time_days,
        'whoever is counted is analysed' as claim_broken
    from strata_counted
    left join analysis_populations
        on
            strata_counted.analysis_id = analysis_populations.analysis_id
            and strata_counted.stratum = analysis_populations.stratum
            and analysis_populations.reason = 'analysed'
    where analysis_populations.analysis_id is null
),

claims_checked as (
    select * from days_checked
    union all
    select * from strata_checked
    union all
    select * from strata_forgotten
)

select * from claims_checked
where claim_broken is not null
