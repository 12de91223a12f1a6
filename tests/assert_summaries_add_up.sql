-- A returned row is a sum over parts that misses its whole, with the claim it breaks.
with
table_one as (
    select * from {{ ref('table_one') }}
    where statistic = 'count'
),

response_summary as (
    select * from {{ ref('response_summary') }}
),

outcome_summary as (
    select * from {{ ref('outcome_summary') }}
),

survival_summary as (
    select distinct
        population,
        n_event
    from {{ ref('survival_summary') }}
    where analysis_id = population || '__rfs'
),

counts_listed as (
    select
        population,
        'table_one ' || subset || ' ' || variable || ' ' || level as cell,
        numerator,
        denominator
    from table_one
    union all
    select
        population,
        'response_summary ' || subset || ' ' || response_window || ' ' || measure
            as cell,
        numerator,
        denominator
    from response_summary
    union all
    select
        population,
        'outcome_summary ' || subset || ' ' || measure as cell,
        numerator,
        denominator
    from outcome_summary
    where measure <> 'participating_sites'
),

populations_paired as (
    select
        wholes.population || ' ' || wholes.cell as cell,
        'a population is the sum of its parts' as claim_broken
    from counts_listed as wholes
    inner join counts_listed as parts
        on
            wholes.cell = parts.cell
            and (
                wholes.population = 'all' and parts.population in ('mrd_pos', 'rr')
                or parts.population in (
                    wholes.population || '_ph_neg', wholes.population || '_ph_pos'
                )
            )
    group by wholes.population, wholes.cell
    having
        max(wholes.numerator) <> sum(parts.numerator)
        or count(*) = 2 and max(wholes.denominator) <> sum(parts.denominator)
),

claims_checked as (
    select
        cell,
        claim_broken
    from populations_paired
    union all
    -- The sites of extramedullary disease stand beside `yes`.
    select
        population || ' ' || subset || ' ' || variable as cell,
        'the levels of a variable part its patients' as claim_broken
    from table_one
    where level not in ('cns', 'testis', 'other', 'any')
    group by population, subset, variable
    having sum(numerator) <> max(denominator)
    union all
    select
        population || ' ' || subset || ' ' || response_window as cell,
        'the outcomes of a window part its patients' as claim_broken
    from response_summary
    group by population, subset, response_window
    having
        sum(case when measure in ('cr', 'crh', 'cri') then numerator end)
        <> max(case when measure = 'cr_crh_cri' then numerator end)
        or sum(
            case
                when measure in ('cr_crh_cri', 'no_remission', 'remission_not_gradable')
                    then numerator
            end
        ) <> max(case when measure = 'cr_crh_cri' then denominator end)
        or sum(
            case
                when measure in ('complete_mrd_response', 'mrd_response') then numerator
            end
        ) <> max(case when measure = 'overall_mrd_response' then numerator end)
        or sum(
            case
                when
                    measure in (
                        'overall_mrd_response', 'persistent_mrd', 'mrd_relapse'
                    )
                    then numerator
            end
        ) <> max(case when measure = 'mrd_evaluable' then numerator end)
        or max(case when measure = 'mrd_evaluable' then numerator end)
        <> max(case when measure = 'overall_mrd_response' then denominator end)
    union all
    select
        outcome_summary.population || ' responder' as cell,
        'first events by kind are the events of the curve' as claim_broken
    from outcome_summary
    inner join survival_summary
        on outcome_summary.population = survival_summary.population
    where
        outcome_summary.subset = 'responder'
        and outcome_summary.measure in ('relapses', 'deaths')
    group by outcome_summary.population
    having sum(outcome_summary.numerator) <> max(survival_summary.n_event)
)

select * from claims_checked
