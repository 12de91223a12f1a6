-- A returned row is a sum over parts that misses its whole, with the claim it breaks.
with
populations as (
    select * from {{ ref('populations') }}
),

population_members as (
    select * from {{ ref('population_members') }}
),

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

members_counted as (
    select
        population,
        count(*) as n_members
    from population_members
    group by population
),

members_shared as (
    select
        wholes.population as whole,
        parts.population as part,
        count(*) as n_shared
    from population_members as wholes
    inner join population_members as parts on wholes.patient_id = parts.patient_id
    inner join populations on parts.population = populations.population
    where populations.is_disjoint and wholes.population <> parts.population
    group by wholes.population, parts.population
),

parts_found as (
    select
        members_shared.whole,
        members_shared.part,
        parts.n_members,
        count(*) over (partition by members_shared.whole) as n_parts,
        sum(parts.n_members) over (partition by members_shared.whole) as n_in_parts
    from members_shared
    inner join members_counted as parts
        on
            members_shared.part = parts.population
            and members_shared.n_shared = parts.n_members
),

-- A whole of which nobody is in none of the parts.
parts_of_wholes as (
    select
        parts_found.whole,
        parts_found.part,
        parts_found.n_parts
    from parts_found
    inner join members_counted as wholes
        on
            parts_found.whole = wholes.population
            and parts_found.n_in_parts = wholes.n_members
),

-- A part that a cell is not asked of has it not, and may have patients of it.
populations_paired as (
    select
        wholes.population || ' ' || wholes.cell as cell,
        'a population is the sum of its parts' as claim_broken
    from counts_listed as wholes
    inner join parts_of_wholes on wholes.population = parts_of_wholes.whole
    inner join counts_listed as parts
        on
            wholes.cell = parts.cell
            and parts_of_wholes.part = parts.population
    group by wholes.population, wholes.cell
    having
        max(wholes.numerator) < sum(parts.numerator)
        or (
            count(*) = max(parts_of_wholes.n_parts)
            and (
                max(wholes.numerator) > sum(parts.numerator)
                or max(wholes.denominator) <> sum(parts.denominator)
            )
        )
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
