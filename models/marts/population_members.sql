-- Whoever meets every criterion of a population, and of all that it is a part of, is in
-- it. Only what is known at the index date decides: membership is not a fate.
with recursive

cohort as (
    select * from {{ ref('int_cohort') }}
    where is_included
),

populations as (
    select * from {{ ref('populations') }}
),

group_criteria as (
    select * from {{ ref('group_criteria') }}
    where kind = 'population'
),

characteristics as (
    select * from {{ ref('characteristics') }}
    where response_window = 'any'
),

-- A population and each that it is a part of. The whole stands above its part.
wholes_listed as (
    select
        population,
        population as whole,
        parent,
        row_order
    from populations
    union all
    select
        wholes_listed.population,
        populations.population as whole,
        populations.parent,
        populations.row_order
    from wholes_listed
    inner join populations
        on
            wholes_listed.parent = populations.population
            and wholes_listed.row_order > populations.row_order
),

criteria_listed as (
    select
        wholes_listed.population,
        wholes_listed.whole,
        group_criteria.variable,
        group_criteria.level
    from wholes_listed
    inner join group_criteria on wholes_listed.whole = group_criteria.group_name
),

criteria_counted as (
    select
        population,
        count(*) as n_criteria
    from (
        select distinct
            population,
            whole,
            variable
        from criteria_listed
    ) as criteria
    group by population
),

-- Several levels of one characteristic are alternatives.
criteria_met as (
    select distinct
        criteria_listed.population,
        criteria_listed.whole,
        criteria_listed.variable,
        cohort.patient_id
    from criteria_listed
    inner join characteristics
        on
            criteria_listed.variable = characteristics.variable
            and criteria_listed.level = characteristics.level
    inner join cohort
        on
            characteristics.patient_id = cohort.patient_id
            and characteristics.known_date <= cohort.index_date
),

met_counted as (
    select
        population,
        patient_id,
        count(*) as n_met
    from criteria_met
    group by population, patient_id
),

members_listed as (
    select
        populations.population,
        cohort.patient_id
    from cohort
    inner join populations
        on coalesce(cohort.disease_group = populations.disease_group, true)
    left join criteria_counted
        on populations.population = criteria_counted.population
    left join met_counted
        on
            populations.population = met_counted.population
            and cohort.patient_id = met_counted.patient_id
    where coalesce(criteria_counted.n_criteria, 0) = coalesce(met_counted.n_met, 0)
)

select * from members_listed
