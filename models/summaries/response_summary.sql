with
populations as (
    select * from {{ ref('populations') }}
),

summary_subsets as (
    select * from {{ ref('summary_subsets') }}
    where mart = 'response_summary'
),

response_windows as (
    select * from {{ ref('response_windows') }}
),

response_measures as (
    select * from {{ ref('response_measures') }}
),

patients_grouped as (
    select * from {{ ref('subset_members') }}
),

-- Who is in the same groups is counted once.
outcomes_counted as (
    select
        member_profiles.representative_id,
        response_outcomes.response_window,
        response_outcomes.assessment,
        response_outcomes.outcome,
        count(*) as n_patients
    from {{ ref('response_outcomes') }} as response_outcomes
    inner join {{ ref('member_profiles') }} as member_profiles
        on response_outcomes.patient_id = member_profiles.patient_id
    where response_outcomes.outcome is not null
    group by
        member_profiles.representative_id,
        response_outcomes.response_window,
        response_outcomes.assessment,
        response_outcomes.outcome
),

cells_listed as (
    select distinct
        populations.population,
        summary_subsets.subset,
        response_windows.response_window,
        response_measures.measure,
        response_measures.assessment
    from populations
    inner join summary_subsets
        on coalesce(populations.disease_group = summary_subsets.disease_group, true)
    cross join response_windows
    cross join response_measures
),

cells_counted as (
    select
        cells_listed.population,
        cells_listed.subset,
        cells_listed.response_window,
        cells_listed.measure,
        cast(
            coalesce(
                sum(
                    case
                        when response_measures.outcome is not null
                            then outcomes_counted.n_patients
                    end
                ),
                0
            ) as bigint
        ) as numerator,
        cast(coalesce(sum(outcomes_counted.n_patients), 0) as bigint) as denominator
    from cells_listed
    left join patients_grouped
        on
            cells_listed.population = patients_grouped.population
            and cells_listed.subset = patients_grouped.subset
            and patients_grouped.response_window in (
                'any', cells_listed.response_window
            )
    left join outcomes_counted
        on
            patients_grouped.patient_id = outcomes_counted.representative_id
            and cells_listed.response_window = outcomes_counted.response_window
            and cells_listed.assessment = outcomes_counted.assessment
    left join response_measures
        on
            cells_listed.measure = response_measures.measure
            and outcomes_counted.outcome = response_measures.outcome
    group by
        cells_listed.population,
        cells_listed.subset,
        cells_listed.response_window,
        cells_listed.measure
),

-- A limit is a function of two numbers, asked once for each pair of them.
limits as (
    select
        numerator,
        denominator,
        {{ exact_lower_limit('numerator', 'denominator') }} as lower_limit,
        {{ exact_lower_limit('denominator - numerator', 'denominator') }}
            as lower_limit_of_the_rest
    from cells_counted
    where denominator > 0
    group by numerator, denominator
),

summarised as (
    select
        cells_counted.population,
        cells_counted.subset,
        cells_counted.response_window,
        cells_counted.measure,
        cells_counted.numerator,
        cells_counted.denominator,
        {{ ratio('100 * cells_counted.numerator', 'cells_counted.denominator') }}
            as percent,
        100 * limits.lower_limit as ci_low,
        100 * (1 - limits.lower_limit_of_the_rest) as ci_high
    from cells_counted
    left join limits
        on
            cells_counted.numerator = limits.numerator
            and cells_counted.denominator = limits.denominator
)

select * from summarised
