with

survival_analyses as (
    select * from {{ ref('analysis_definitions') }}
),

study_parameters as (
    select * from {{ ref('study_parameters') }}
),

report_months as (
    select * from {{ ref('report_months') }}
),

survival_curves as (
    select * from {{ ref('survival_curves') }}
),

survival_medians as (
    select * from {{ ref('survival_medians') }}
),

steps_taken as (
    select
        survival_curves.*,
        survival_analyses.is_reverse,
        survival_analyses.competing_role,
        survival_curves.n_event
        + survival_curves.n_competing
        + survival_curves.n_censored as n_left,
        survival_curves.cumulative_incidence
        - lag(survival_curves.cumulative_incidence, 1, cast(0 as double)) over (
            partition by survival_curves.analysis_id, survival_curves.stratum
            order by survival_curves.time_days
        ) as incidence_step
    from survival_curves
    inner join survival_analyses
        on survival_curves.analysis_id = survival_analyses.analysis_id
),

-- P24's named alternative: H grows by the steps of the subdistribution hazard.
hazards_summed as (
    select
        *,
        sum(
            {{ ratio('incidence_step', '1 - cumulative_incidence + incidence_step') }}
        ) over (
            partition by analysis_id, stratum
            order by time_days
            rows between unbounded preceding and current row
        ) as subdistribution_hazard
    from steps_taken
),

curves_listed as (
    {%- for statistic, curve in [
        ('survival_percent', 'survival'),
        ('cumulative_incidence_percent', 'cumulative_incidence'),
        ('competing_incidence_percent', 'competing_incidence'),
    ] %}
    select
        analysis_id,
        stratum,
        time_days,
        '{{ statistic }}' as statistic,
        {{ curve }} as estimate,
        {{ curve }}_std_error as std_error,
        {{ curve }}_ci_low as ci_low,
        {{ curve }}_ci_high as ci_high
    from hazards_summed
    where {{ curve }} is not null
    union all
    {%- endfor %}
    select
        analysis_id,
        stratum,
        time_days,
        'cumulative_incidence_exponential_percent' as statistic,
        1 - exp(-subdistribution_hazard) as estimate,
        cast(null as double) as std_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high
    from hazards_summed
    where competing_role = 'event'
),

strata_totalled as (
    select
        analysis_id,
        stratum,
        population,
        is_reverse,
        competing_role,
        max(n_at_risk) as n,
        cast(sum(n_event) as bigint) as n_event,
        cast(sum(n_competing) as bigint) as n_competing,
        max(time_days) as last_day,
        min(case when n_event > 0 then time_days end) as first_event_day,
        max(case when n_event > 0 then time_days end) as last_event_day,
        min(survival) = 0 as is_survival_complete,
        max(case when n_event + n_competing = n_exposed then n_exposed else 0 end) > 0
            as is_incidence_complete
    from steps_taken
    group by analysis_id, stratum, population, is_reverse, competing_role
),

months_placed as (
    select
        steps_taken.analysis_id,
        steps_taken.stratum,
        report_months.at_month,
        max(
            case
                when
                    steps_taken.time_days
                    <= {{ days_in_months('report_months.at_month') }}
                    then steps_taken.time_days
            end
        ) as time_days,
        cast(sum(
            case
                when
                    steps_taken.time_days
                    >= {{ days_in_months('report_months.at_month') }}
                    then steps_taken.n_left
                else 0
            end
        ) as bigint) as n_at_risk
    from steps_taken
    cross join report_months
    group by steps_taken.analysis_id, steps_taken.stratum, report_months.at_month
),

percentages_read as (
    select
        curves_listed.analysis_id,
        curves_listed.stratum,
        curves_listed.statistic,
        months_placed.at_month,
        {%- for value in ['estimate', 'std_error', 'ci_low', 'ci_high'] %}
        100 * curves_listed.{{ value }} as {{ value }},
        {%- endfor %}
        months_placed.n_at_risk,
        false as is_midpoint
    from curves_listed
    inner join months_placed
        on
            curves_listed.analysis_id = months_placed.analysis_id
            and curves_listed.stratum = months_placed.stratum
            and curves_listed.time_days = months_placed.time_days
),

rows_listed as (
    select * from percentages_read
    union all
    {%- for statistic, days_per_unit in [
        ('median_days', 1), ('median_months', parameter('days_per_month', 'double'))
    ] %}
    select
        analysis_id,
        stratum,
        '{{ statistic }}' as statistic,
        cast(null as int) as at_month,
        {{ ratio('median_days', days_per_unit) }} as estimate,
        cast(null as double) as std_error,
        {{ ratio('ci_low', days_per_unit) }} as ci_low,
        {{ ratio('ci_high', days_per_unit) }} as ci_high,
        n_at_risk,
        is_midpoint
    from survival_medians
    union all
    {%- endfor %}
    {%- for statistic, day in [
        ('min_months', 'first_event_day'), ('max_months', 'last_event_day')
    ] %}
    select
        analysis_id,
        stratum,
        '{{ statistic }}' as statistic,
        cast(null as int) as at_month,
        {{ ratio(day, parameter('days_per_month', 'double')) }} as estimate,
        cast(null as double) as std_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        cast(null as bigint) as n_at_risk,
        false as is_midpoint
    from strata_totalled
    where is_reverse
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- Past the last observed day a curve is not known, unless it has nowhere left to go.
estimability_assessed as (
    select
        rows_listed.*,
        strata_totalled.population,
        strata_totalled.n,
        strata_totalled.n_event,
        strata_totalled.n_competing,
        {{ estimator_name('statistic', 'is_reverse', 'competing_role') }} as estimator,
        rows_listed.at_month is null
        or strata_totalled.last_day >= {{ days_in_months('rows_listed.at_month') }}
        or case
            when rows_listed.statistic = 'survival_percent'
                then strata_totalled.is_survival_complete
            else strata_totalled.is_incidence_complete
        end as is_estimable
    from rows_listed
    inner join strata_totalled
        on
            rows_listed.analysis_id = strata_totalled.analysis_id
            and rows_listed.stratum = strata_totalled.stratum
),

summarised as (
    select
        analysis_id,
        population,
        stratum,
        statistic,
        at_month,
        {%- for value in ['estimate', 'std_error', 'ci_low', 'ci_high'] %}
        case when is_estimable then {{ value }} end as {{ value }},
        {%- endfor %}
        n,
        n_event,
        n_competing,
        n_at_risk,
        is_midpoint,
        estimator
    from estimability_assessed
)

select * from summarised
