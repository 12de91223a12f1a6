{%- set half_tolerance = '1e-9' -%}

with

survival_analyses as (
    select * from {{ ref('analysis_definitions') }}
),

survival_curves as (
    select * from {{ ref('survival_curves') }}
),

-- A limit of the median is where a limit of S crosses one half (Brookmeyer-Crowley);
-- where S is 0 it has none, and nothing crosses.
bands_listed as (
    {%- for band, value in [
        ('estimate', 'survival'),
        ('ci_low', 'survival_ci_low'),
        ('ci_high', 'survival_ci_high'),
    ] %}
    select
        survival_curves.analysis_id,
        survival_curves.stratum,
        '{{ band }}' as band,
        survival_curves.time_days,
        survival_curves.{{ value }} as value,
        survival_curves.n_event > 0
        or (
            survival_analyses.competing_role = 'event'
            and survival_curves.n_competing > 0
        )
            as is_event_day
    from survival_curves
    inner join survival_analyses
        on survival_curves.analysis_id = survival_analyses.analysis_id
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

crossings_found as (
    select
        analysis_id,
        stratum,
        band,
        min(case when value <= 0.5 + {{ half_tolerance }} then time_days end)
            as crossing_day
    from bands_listed
    group by analysis_id, stratum, band
),

stretches_measured as (
    select
        crossings_found.analysis_id,
        crossings_found.stratum,
        crossings_found.band,
        crossings_found.crossing_day,
        max(
            case
                when bands_listed.time_days = crossings_found.crossing_day
                    then bands_listed.value
            end
        ) as value_at_crossing,
        coalesce(
            min(
                case
                    when
                        bands_listed.is_event_day
                        and bands_listed.time_days > crossings_found.crossing_day
                        then bands_listed.time_days
                end
            ),
            max(bands_listed.time_days)
        ) as stretch_end_day
    from crossings_found
    inner join bands_listed
        on
            crossings_found.analysis_id = bands_listed.analysis_id
            and crossings_found.stratum = bands_listed.stratum
            and crossings_found.band = bands_listed.band
    group by
        crossings_found.analysis_id,
        crossings_found.stratum,
        crossings_found.band,
        crossings_found.crossing_day
),

-- R's rule for a curve that rests on one half: the middle of the stretch, which ends at
-- the next event, or on the last observed day if none follows.
halves_found as (
    select
        analysis_id,
        stratum,
        band,
        coalesce(value_at_crossing >= 0.5 - {{ half_tolerance }}, false) as is_midpoint,
        case
            when value_at_crossing >= 0.5 - {{ half_tolerance }}
                then {{ ratio('crossing_day + stretch_end_day', '2') }}
            else cast(crossing_day as double)
        end as half_day
    from stretches_measured
),

bands_paired as (
    select
        analysis_id,
        stratum,
        max(case when band = 'estimate' then half_day end) as median_days,
        max(case when band = 'ci_low' then half_day end) as ci_low,
        max(case when band = 'ci_high' then half_day end) as ci_high,
        max(case when band = 'estimate' and is_midpoint then 1 else 0 end) = 1
            as is_midpoint
    from halves_found
    group by analysis_id, stratum
),

risk_sets_read as (
    select
        bands_paired.analysis_id,
        bands_paired.stratum,
        bands_paired.median_days,
        bands_paired.ci_low,
        bands_paired.ci_high,
        cast(sum(
            case
                when survival_curves.time_days >= bands_paired.median_days
                    then
                        survival_curves.n_event
                        + survival_curves.n_competing
                        + survival_curves.n_censored
            end
        ) as bigint) as n_at_risk,
        bands_paired.is_midpoint
    from bands_paired
    inner join survival_curves
        on
            bands_paired.analysis_id = survival_curves.analysis_id
            and bands_paired.stratum = survival_curves.stratum
    group by
        bands_paired.analysis_id,
        bands_paired.stratum,
        bands_paired.median_days,
        bands_paired.ci_low,
        bands_paired.ci_high,
        bands_paired.is_midpoint
)

select * from risk_sets_read
