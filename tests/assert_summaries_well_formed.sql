-- A returned row is a cell of a summary whose share or limits do not follow from its
-- counts, with the claim that it breaks.
with
table_one as (
    select * from {{ ref('table_one') }}
),

response_summary as (
    select * from {{ ref('response_summary') }}
),

outcome_summary as (
    select * from {{ ref('outcome_summary') }}
),

shares_listed as (
    select
        'table_one' as mart,
        population || ' ' || subset || ' ' || variable || ' ' || level as cell,
        numerator,
        denominator,
        value as percent
    from table_one
    where statistic = 'percent'
    union all
    select
        'response_summary' as mart,
        population || ' ' || subset || ' ' || response_window || ' ' || measure as cell,
        numerator,
        denominator,
        percent
    from response_summary
    union all
    select
        'outcome_summary' as mart,
        population || ' ' || subset || ' ' || measure as cell,
        numerator,
        denominator,
        percent
    from outcome_summary
    where measure <> 'participating_sites'
),

claims_checked as (
    select
        mart,
        cell,
        case
            when numerator is null or denominator is null then 'a share has its counts'
            when numerator not between 0 and denominator
                then 'a part is within its whole'
            when (denominator = 0) <> (percent is null)
                then 'there is a percentage unless it is of nobody'
            when abs(percent * denominator - 100 * numerator) > 1e-6
                then 'a percentage is the quotient of its counts'
        end as claim_broken
    from shares_listed
    union all
    select
        'response_summary' as mart,
        population || ' ' || subset || ' ' || response_window || ' ' || measure as cell,
        case
            when denominator = 0 and coalesce(ci_low, ci_high) is not null
                then 'nobody has no limits'
            when denominator = 0 then null
            when ci_low is null or ci_high is null then 'a percentage has its limits'
            when (ci_low = 0) <> (numerator = 0)
                then 'the lower limit of none alone is 0'
            when (ci_high = 100) <> (numerator = denominator)
                then 'the upper limit of all alone is 100'
            when ci_low not between 0 and percent or ci_high not between percent and 100
                then 'exact limits enclose the percentage'
        end as claim_broken
    from response_summary
    union all
    select
        'table_one' as mart,
        population || ' ' || subset || ' ' || variable || ' ' || statistic as cell,
        case
            when denominator = 0 and value is not null then 'nobody has no quantile'
            when denominator > 0 and value is null then 'everybody known is measured'
            when
                value < lag(value) over (
                    partition by population, subset, variable
                    order by case statistic
                        when 'min' then 1
                        when 'iqr_low' then 2
                        when 'median' then 3
                        when 'iqr_high' then 4
                        else 5
                    end
                )
                then 'quantiles rise'
        end as claim_broken
    from table_one
    where statistic not in ('count', 'percent')
)

select * from claims_checked
where claim_broken is not null
