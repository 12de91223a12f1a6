-- A returned row is a day on which a curve contradicts its counts or another curve,
-- with the claim that it breaks.
with

survival_curves as (
    select * from {{ ref('survival_curves') }}
),

survival_event_table as (
    select * from {{ ref('survival_event_table') }}
),

survival_analyses as (
    select * from {{ ref('analysis_definitions') }}
),

days_before_seen as (
    select
        survival_curves.*,
        survival_analyses.is_reverse,
        survival_analyses.competing_role,
        case survival_analyses.competing_role
            when 'event' then survival_curves.n_event + survival_curves.n_competing
            else survival_curves.n_event
        end as n_failure,
        lag(survival_curves.survival, 1, cast(1 as double)) over clock
            as survival_before,
        lag(survival_curves.cumulative_incidence, 1, cast(0 as double)) over clock
            as cumulative_incidence_before,
        lag(survival_curves.competing_incidence, 1, cast(0 as double)) over clock
            as competing_incidence_before,
        min(survival_curves.time_days) over (
            partition by survival_curves.analysis_id, survival_curves.stratum
        ) as first_day
    from survival_curves
    inner join survival_analyses
        on survival_curves.analysis_id = survival_analyses.analysis_id
    window clock as (
        partition by survival_curves.analysis_id, survival_curves.stratum
        order by survival_curves.time_days
    )
),

days_checked as (
    select
        analysis_id,
        stratum,
        time_days,
        case
            when first_day <> 0 then 'every curve starts on day 0'
            when survival not between 0 and 1 then 'survival is a proportion'
            when survival > survival_before then 'survival never rises'
            when survival < survival_before and n_failure = 0
                then 'survival falls on events only'
            {%- for incidence, events in [
                ('cumulative_incidence', 'n_event'),
                ('competing_incidence', 'n_competing'),
            ] %}
            when {{ incidence }} < {{ incidence }}_before
                then '{{ incidence }} never falls'
            when {{ incidence }} > {{ incidence }}_before and {{ events }} = 0
                then '{{ incidence }} rises on events of its cause only'
            {%- endfor %}
            when
                not is_reverse
                and competing_role <> 'censoring'
                and abs(1 - survival - cumulative_incidence - competing_incidence)
                > 1e-9
                then '1 - S is the sum of the incidences'
            when
                competing_role = 'censoring'
                and 1 - survival < cumulative_incidence - 1e-9
                then 'ignoring the competing event overstates the incidence'
            when is_reverse <> (cumulative_incidence is null)
                or is_reverse <> (competing_incidence is null)
                then 'incidences exist, but in reverse analyses'
            when (survival = 0) <> (survival_std_error is null)
                then 'the standard error is missing where S is 0, and only there'
            when (survival in (0, 1)) <> (survival_ci_low is null)
                or (survival in (0, 1)) <> (survival_ci_high is null)
                then 'S has no limits where it is 1 or 0, and only there'
            when survival not between survival_ci_low and survival_ci_high
                or survival_ci_low < 0
                or survival_ci_high > 1
                then 'the limits of S enclose it and are proportions'
            {%- for curve in ['cumulative_incidence', 'competing_incidence'] %}
            when
                ({{ curve }} > 0 and {{ curve }}_ci_low is null)
                or ({{ curve }} = 0 and {{ curve }}_ci_high is not null)
                or {{ curve }} not between
                {{ curve }}_ci_low - 1e-12 and {{ curve }}_ci_high + 1e-12
                or {{ curve }}_std_error < 0
                then 'the limits of {{ curve }} enclose it'
            {%- endfor %}
        end as claim_broken
    from days_before_seen
),

days_lost as (
    select
        survival_event_table.analysis_id,
        survival_event_table.stratum,
        survival_event_table.time_days,
        'every day of the event table is on the curve' as claim_broken
    from survival_event_table
    left join survival_curves
        on
            survival_event_table.analysis_id = survival_curves.analysis_id
            and survival_event_table.stratum = survival_curves.stratum
            and survival_event_table.time_days = survival_curves.time_days
    where survival_curves.analysis_id is null
),

claims_checked as (
    select * from days_checked
    union all
    select * from days_lost
)

select * from claims_checked
where claim_broken is not null
