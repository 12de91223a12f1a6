-- A returned row is a figure of survival_summary that is missing, doubled or at odds
-- with what it was read from, with the claim that it breaks.
with

survival_summary as (
    select * from {{ ref('survival_summary') }}
),

survival_analyses as (
    select * from {{ ref('analysis_definitions') }}
),

analysis_populations as (
    select * from {{ ref('analysis_populations') }}
),

months_counted as (
    select count(*) as n_months
    from {{ ref('report_months') }}
),

rows_counted as (
    select
        *,
        count(*) over (
            partition by analysis_id, stratum, statistic, at_month
        ) as n_rows
    from survival_summary
),

rows_checked as (
    select
        analysis_id,
        stratum,
        statistic,
        at_month,
        case
            when n_rows > 1 then 'a figure stands once'
            when statistic like '%_percent' and estimate not between 0 and 100 + 1e-9
                then 'a percentage lies between 0 and 100'
            when estimate not between ci_low - 1e-9 and ci_high + 1e-9
                then 'limits enclose the estimate'
            when (statistic like '%_percent') <> (at_month is not null)
                then 'percentages have a month, and nothing else has'
            when estimate is null and coalesce(std_error, ci_low, ci_high) is not null
                and statistic like '%_percent'
                then 'what is not estimable has no limits'
            when n_event + n_competing > n or n_at_risk > n
                then 'events and risk sets are of those analysed'
            when estimator is null then 'every figure names its estimator'
        end as claim_broken
    from rows_counted
),

figures_expected as (
    select
        analysis_populations.analysis_id,
        analysis_populations.stratum,
        analysis_populations.n,
        case
            when survival_analyses.is_reverse then 4 + months_counted.n_months
            when survival_analyses.competing_role = 'event'
                then 2 + 4 * months_counted.n_months
            else 2 + 3 * months_counted.n_months
        end as n_figures
    from analysis_populations
    inner join survival_analyses
        on analysis_populations.analysis_id = survival_analyses.analysis_id
    cross join months_counted
    where analysis_populations.reason = 'analysed' and analysis_populations.n > 0
),

figures_counted as (
    select
        figures_expected.analysis_id,
        figures_expected.stratum,
        cast(null as string) as statistic,
        cast(null as int) as at_month,
        'every analysis has every figure, of all whom it analyses' as claim_broken
    from figures_expected
    left join survival_summary
        on
            figures_expected.analysis_id = survival_summary.analysis_id
            and figures_expected.stratum = survival_summary.stratum
            and figures_expected.n = survival_summary.n
    group by
        figures_expected.analysis_id,
        figures_expected.stratum,
        figures_expected.n_figures
    having count(survival_summary.analysis_id) <> figures_expected.n_figures
),

claims_checked as (
    select * from rows_checked
    union all
    select * from figures_counted
)

select * from claims_checked
where claim_broken is not null
