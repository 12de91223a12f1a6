{%- set until_now = (
    'order by time_days rows between unbounded preceding and current row'
) -%}
{%- set cause_keys = 'analysis_id, stratum, cause' -%}

with

survival_analyses as (
    select * from {{ ref('analysis_definitions') }}
),

survival_event_table as (
    select * from {{ ref('survival_event_table') }}
),

days_listed as (
    select
        analysis_id,
        population,
        stratum,
        time_days,
        n_at_risk,
        n_event,
        n_competing,
        n_censored,
        n_exposed
    from survival_event_table
    union all
    select
        analysis_id,
        population,
        stratum,
        0 as time_days,
        max(n_at_risk) as n_at_risk,
        0 as n_event,
        0 as n_competing,
        0 as n_censored,
        max(n_at_risk) as n_exposed
    from survival_event_table
    group by analysis_id, population, stratum
    having min(time_days) > 0
),

failures_counted as (
    select
        days_listed.analysis_id,
        days_listed.population,
        days_listed.stratum,
        days_listed.time_days,
        days_listed.n_at_risk,
        days_listed.n_event,
        days_listed.n_competing,
        days_listed.n_censored,
        days_listed.n_exposed,
        survival_analyses.is_reverse,
        days_listed.n_event + days_listed.n_competing as n_ended,
        case survival_analyses.competing_role
            when 'event' then days_listed.n_event + days_listed.n_competing
            else days_listed.n_event
        end as n_failure
    from days_listed
    inner join survival_analyses
        on days_listed.analysis_id = survival_analyses.analysis_id
),

sums_taken as (
    select
        *,
        {{ product_limit('n_failure', 'n_exposed', 'so_far') }} as survival_product,
        {{ product_limit('n_ended', 'n_exposed', 'so_far') }} as event_free_product,
        sum(n_failure) over so_far as n_failure_so_far,
        sum(n_ended) over so_far as n_ended_so_far,
        sum(
            coalesce({{ ratio('n_failure', 'n_exposed * (n_exposed - n_failure)') }}, 0)
        ) over so_far as greenwood_terms
    from failures_counted
    window so_far as (partition by analysis_id, stratum {{ until_now }})
),

survival_estimated as (
    select
        *,
        {{ carried('survival_product', 'n_failure_so_far') }} as survival,
        {{ carried('greenwood_terms', 'n_failure_so_far') }} as greenwood_sum,
        {{ carried('event_free_product', 'n_ended_so_far') }} as event_free
    from sums_taken
),

survival_limited as (
    select
        *,
        case when survival > 0 then survival * sqrt(greenwood_sum) end
            as survival_std_error,
        case
            when survival > 0 and n_failure_so_far > 0
                then exp({{ normal_quantile() }} * sqrt(greenwood_sum) / -ln(survival))
        end as power_of_limit,
        lag(event_free, 1, cast(1 as double)) over (
            partition by analysis_id, stratum order by time_days
        ) as event_free_before
    from survival_estimated
),

-- Each cause in turn is the one whose incidence is asked for.
causes_listed as (
    {%- for cause, other in [('event', 'competing'), ('competing', 'event')] %}
    select
        analysis_id,
        stratum,
        time_days,
        event_free,
        event_free_before,
        n_exposed,
        '{{ cause }}' as cause,
        n_{{ cause }} as n_cause,
        n_{{ other }} as n_other
    from survival_limited
    where not is_reverse
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- As cinc of cmprsk: the variance of the increment of either cause, and the slope with
-- which later increments follow it; after the last patient nothing follows, slope 0.
increments_summed as (
    select
        *,
        sum(event_free_before * {{ ratio('n_cause', 'n_exposed') }}) over so_far
            as increments,
        sum(n_cause) over so_far as n_cause_so_far,
        sum(n_other) over so_far as n_other_so_far,
        event_free_before * event_free_before
        * {{ hypergeometric_variance('n_cause', 'n_exposed') }} as own_variance,
        event_free_before * event_free_before
        * {{ hypergeometric_variance('n_other', 'n_exposed') }} as other_variance,
        coalesce({{ ratio('1', 'event_free') }}, 0) as slope
    from causes_listed
    window so_far as (partition by analysis_id, stratum, cause {{ until_now }})
),

incidence_estimated as (
    select
        *,
        {{ carried('increments', 'n_cause_so_far', cause_keys) }} as incidence
    from increments_summed
),

-- An increment of the cause counts with 1 - slope * (F - F then), squared, one of the
-- other with slope * (F - F then). F is told by what of it is still to come, which
-- falls to 0 as S does: the sums keep their digits where nearly all have had the event.
incidence_to_come as (
    select
        *,
        max(incidence) over (partition by {{ cause_keys }}) - incidence as to_come
    from incidence_estimated
),

variance_summed as (
    select
        *,
        sum(
            slope * slope * (
                own_variance * power(event_free - to_come, 2)
                + other_variance * power(to_come, 2)
            )
        ) over so_far as squares,
        sum(
            slope * slope
            * (own_variance * (event_free - to_come) - other_variance * to_come)
        ) over so_far as products,
        sum(slope * slope * (own_variance + other_variance)) over so_far as slopes
    from incidence_to_come
    window so_far as (partition by analysis_id, stratum, cause {{ until_now }})
),

-- Of the cause alone it is as that of S, and exactly 0 where all have had the event.
variance_taken as (
    select
        *,
        case
            when n_cause_so_far = 0 then 0
            when n_other_so_far = 0 then event_free * event_free * slopes
            else squares + to_come * (to_come * slopes + 2 * products)
        end
        + case when event_free = 0 then own_variance else 0 end as variance_of_day
    from variance_summed
),

variance_carried as (
    select
        *,
        {{ carried('variance_of_day', 'n_cause_so_far', cause_keys) }} as variance
    from variance_taken
),

incidence_rooted as (
    select
        *,
        sqrt(greatest(variance, 0)) as std_error,
        exp(
            {{ normal_quantile() }}
            * {{ ratio('sqrt(greatest(variance, 0))', 'incidence') }}
        ) as spread
    from variance_carried
),

incidence_limited as (
    select
        *,
        incidence / spread as ci_low,
        case when incidence > 0 then least(incidence * spread, 1) end as ci_high
    from incidence_rooted
),

curves_joined as (
    select
        days.analysis_id,
        days.population,
        days.stratum,
        cast(days.time_days as int) as time_days,
        days.n_at_risk,
        days.n_event,
        days.n_competing,
        days.n_censored,
        days.n_exposed,
        days.survival,
        days.survival_std_error,
        power(days.survival, days.power_of_limit) as survival_ci_low,
        power(days.survival, 1 / days.power_of_limit) as survival_ci_high,
        event.incidence as cumulative_incidence,
        event.std_error as cumulative_incidence_std_error,
        event.ci_low as cumulative_incidence_ci_low,
        event.ci_high as cumulative_incidence_ci_high,
        competing.incidence as competing_incidence,
        competing.std_error as competing_incidence_std_error,
        competing.ci_low as competing_incidence_ci_low,
        competing.ci_high as competing_incidence_ci_high
    from survival_limited as days
    left join incidence_limited as event
        on
            days.analysis_id = event.analysis_id
            and days.stratum = event.stratum
            and days.time_days = event.time_days
            and event.cause = 'event'
    left join incidence_limited as competing
        on
            days.analysis_id = competing.analysis_id
            and days.stratum = competing.stratum
            and days.time_days = competing.time_days
            and competing.cause = 'competing'
)

select * from curves_joined
