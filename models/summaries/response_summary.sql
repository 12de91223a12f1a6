{#- Newton's steps towards a limit. Six reach 1e-13 up to 250 patients, twelve up to a
    million. -#}
{%- set n_steps = 12 -%}
{%- set tail = 'ln(cast(0.025 as double))' -%}

with
cohort as (
    select * from {{ ref('cohort') }}
    where is_included
),

cells_counted as (
    select * from {{ ref('response_counts') }}
),

-- The upper limit of k of n is one less the lower limit of n - k of n.
limits_needed as (
    select
        numerator,
        denominator
    from cells_counted
    where numerator > 0
    union
    select
        denominator - numerator as numerator,
        denominator
    from cells_counted
    where numerator < denominator
),

-- No denominator exceeds the number of patients, so their places serve as numbers.
patients_numbered as (
    select row_number() over (order by patient_id) as number from cohort
),

log_factorials as (
    select
        number,
        sum(ln(number)) over (
            order by number rows between unbounded preceding and current row
        ) as log_factorial
    from patients_numbered
    union all
    select
        0 as number,
        cast(0 as double) as log_factorial

),

log_coefficients as (
    select
        limits_needed.numerator,
        limits_needed.denominator,
        totals.log_factorial - successes.log_factorial - failures.log_factorial
            as log_coefficient
    from limits_needed
    inner join log_factorials as totals on limits_needed.denominator = totals.number
    inner join log_factorials as successes on limits_needed.numerator = successes.number
    inner join log_factorials as failures
        on limits_needed.denominator - limits_needed.numerator = failures.number
),

-- The terms of P(X >= k) beside its first: nine standard deviations leave out less than
-- 1e-17 of the sum.
tail_terms as (
    select
        coefficients.numerator,
        coefficients.denominator,
        successes.number - coefficients.numerator as n_above,
        totals.log_factorial
        - successes.log_factorial
        - failures.log_factorial
        - coefficients.log_coefficient as log_coefficient_ratio
    from log_coefficients as coefficients
    inner join log_factorials as totals on coefficients.denominator = totals.number
    inner join log_factorials as successes
        on successes.number between coefficients.numerator and least(
            coefficients.denominator,
            coefficients.numerator + 60 + 9 * sqrt(
                coefficients.numerator
                * (coefficients.denominator - coefficients.numerator)
                / coefficients.denominator
            )
        )
    inner join log_factorials as failures
        on coefficients.denominator - successes.number = failures.number
),

-- ln P(X >= k) is concave in ln p, and C(n, k) p^k bounds P from above: from where that
-- bound is 2.5%, Newton's steps rise to the limit without passing it.
lower_limit_0 as (
    select
        numerator,
        denominator,
        log_coefficient,
        ({{ tail }} - log_coefficient) / numerator as log_limit
    from log_coefficients
),
{% for step in range(1, n_steps + 1) %}
tail_summed_{{ step }} as (
    select
        limits.numerator,
        limits.denominator,
        max(limits.log_coefficient) as log_coefficient,
        max(limits.log_limit) as log_limit,
        sum(exp(
            terms.log_coefficient_ratio
            + terms.n_above * (limits.log_limit - ln(1 - exp(limits.log_limit)))
        )) as terms_summed
    from lower_limit_{{ step - 1 }} as limits
    inner join tail_terms as terms
        on
            limits.numerator = terms.numerator
            and limits.denominator = terms.denominator
    group by limits.numerator, limits.denominator
),

lower_limit_{{ step }} as (
    select
        numerator,
        denominator,
        log_coefficient,
        log_limit + (
            {{ tail }}
            - log_coefficient
            - numerator * log_limit
            - (denominator - numerator) * ln(1 - exp(log_limit))
            - ln(terms_summed)
        ) * terms_summed / numerator as log_limit
    from tail_summed_{{ step }}
),
{% endfor %}
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
        case
            when cells_counted.denominator = 0 then null
            when cells_counted.numerator = 0 then 0
            else 100 * exp(lower_limits.log_limit)
        end as ci_low,
        case
            when cells_counted.denominator = 0 then null
            when cells_counted.numerator = cells_counted.denominator then 100
            else 100 * (1 - exp(upper_limits.log_limit))
        end as ci_high
    from cells_counted
    left join lower_limit_{{ n_steps }} as lower_limits
        on
            cells_counted.numerator = lower_limits.numerator
            and cells_counted.denominator = lower_limits.denominator
    left join lower_limit_{{ n_steps }} as upper_limits
        on
            cells_counted.denominator - cells_counted.numerator = upper_limits.numerator
            and cells_counted.denominator = upper_limits.denominator
)

select * from summarised
