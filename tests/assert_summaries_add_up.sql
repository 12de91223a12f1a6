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

response_measures as (
    select * from {{ ref('response_measures') }}
),

outcome_measures as (
    select * from {{ ref('outcome_measures') }}
),

-- What an assessment can say; whether one of MRD is there is asked of everybody.
outcomes_listed as (
    select
        'remission' as assessment,
        grade as outcome
    from {{ ref('remission_criteria') }}
    union
    select
        of as assessment,
        word as outcome
    from {{ ref('derived_words') }}
    where vocabulary = 'response_outcome' and of <> 'mrd_evaluability'
),

measures_counted as (
    select
        measure,
        assessment,
        count(*) as n_outcomes
    from response_measures
    group by measure, assessment
),

-- The measure of one outcome alone, and how many outcomes have one.
outcomes_measured as (
    select
        response_measures.assessment,
        response_measures.outcome,
        min(response_measures.measure) as measure
    from response_measures
    inner join measures_counted
        on
            response_measures.measure = measures_counted.measure
            and response_measures.assessment = measures_counted.assessment
    where measures_counted.n_outcomes = 1
    group by response_measures.assessment, response_measures.outcome
),

-- Each measure of several outcomes, and each whole assessment, by its parts.
responses_parted as (
    select
        measures_counted.measure as whole,
        'numerator' as counted,
        outcomes_measured.measure as part,
        measures_counted.n_outcomes as n_parts
    from measures_counted
    inner join response_measures
        on
            measures_counted.measure = response_measures.measure
            and measures_counted.assessment = response_measures.assessment
    left join outcomes_measured
        on
            response_measures.assessment = outcomes_measured.assessment
            and response_measures.outcome = outcomes_measured.outcome
    where measures_counted.n_outcomes > 1
    union all
    select
        measures_counted.measure as whole,
        'denominator' as counted,
        outcomes_measured.measure as part,
        count(*) over (partition by measures_counted.measure) as n_parts
    from measures_counted
    inner join outcomes_listed
        on measures_counted.assessment = outcomes_listed.assessment
    left join outcomes_measured
        on
            outcomes_listed.assessment = outcomes_measured.assessment
            and outcomes_listed.outcome = outcomes_measured.outcome
),

-- Whom a response of MRD is asked of.
evaluable_counted as (
    select
        response_summary.population,
        response_summary.subset,
        response_summary.response_window,
        max(response_summary.numerator) as n_evaluable
    from response_summary
    inner join outcomes_measured
        on
            response_summary.measure = outcomes_measured.measure
            and outcomes_measured.assessment = 'mrd_evaluability'
            and outcomes_measured.outcome = 'evaluable'
    group by
        response_summary.population,
        response_summary.subset,
        response_summary.response_window
),

-- The plain curve of an endpoint in a population.
curves_counted as (
    select distinct
        survival_summary.population,
        analyses.endpoint,
        survival_summary.n,
        survival_summary.n_event
    from {{ ref('survival_summary') }} as survival_summary
    inner join {{ ref('analysis_definitions') }} as analyses
        on survival_summary.analysis_id = analyses.analysis_id
    where
        analyses.stratum_variable is null
        and analyses.landmark_day is null
        and analyses.censoring_rule = 'standard'
        and not analyses.is_reverse
),

-- The ways in which the event of an endpoint comes, and those that a subset tells.
ends_listed as (
    select distinct
        endpoint,
        endpoint || '_' || ended_by as fact
    from {{ ref('endpoint_events') }}
    where status = 1
),

ends_counted as (
    select
        endpoint,
        count(*) as n_ends
    from ends_listed
    group by endpoint
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
        wholes.population || ' ' || wholes.subset || ' ' || wholes.response_window
        || ' ' || wholes.measure as cell,
        'the outcomes of a window part its patients' as claim_broken
    from response_summary as wholes
    inner join responses_parted on wholes.measure = responses_parted.whole
    inner join response_summary as parts
        on
            responses_parted.part = parts.measure
            and wholes.population = parts.population
            and wholes.subset = parts.subset
            and wholes.response_window = parts.response_window
    group by
        wholes.population,
        wholes.subset,
        wholes.response_window,
        wholes.measure,
        responses_parted.counted
    having
        count(*) = max(responses_parted.n_parts)
        and sum(parts.numerator) <> max(
            case responses_parted.counted
                when 'numerator' then wholes.numerator else wholes.denominator
            end
        )
    union all
    select
        response_summary.population || ' ' || response_summary.subset || ' '
        || response_summary.response_window || ' ' || response_summary.measure as cell,
        'a response of MRD is asked of the evaluable' as claim_broken
    from response_summary
    inner join measures_counted
        on
            response_summary.measure = measures_counted.measure
            and measures_counted.assessment = 'mrd'
    inner join evaluable_counted
        on
            response_summary.population = evaluable_counted.population
            and response_summary.subset = evaluable_counted.subset
            and response_summary.response_window = evaluable_counted.response_window
    where response_summary.denominator <> evaluable_counted.n_evaluable
    union all
    -- Of a subset that has everybody of the curve.
    select
        outcome_summary.population || ' ' || outcome_summary.subset || ' '
        || ends_listed.endpoint as cell,
        'first events by kind are the events of the curve' as claim_broken
    from outcome_summary
    inner join outcome_measures
        on
            outcome_summary.subset = outcome_measures.subset
            and outcome_summary.measure = outcome_measures.measure
    inner join ends_listed on outcome_measures.fact = ends_listed.fact
    inner join ends_counted on ends_listed.endpoint = ends_counted.endpoint
    inner join curves_counted
        on
            outcome_summary.population = curves_counted.population
            and ends_listed.endpoint = curves_counted.endpoint
            and outcome_summary.denominator = curves_counted.n
    group by outcome_summary.population, outcome_summary.subset, ends_listed.endpoint
    having
        count(distinct ends_listed.fact) = max(ends_counted.n_ends)
        and count(*) = max(ends_counted.n_ends)
        and sum(outcome_summary.numerator) <> max(curves_counted.n_event)
)

select * from claims_checked
