with
cohort as (
    select * from {{ ref('int_cohort') }}
),

population_members as (
    select * from {{ ref('population_members') }}
),

-- Those that part the cohort: nobody is in two of them.
disjoint_populations as (
    select * from {{ ref('populations') }}
    where is_disjoint
),

members_listed as (
    select
        population_members.patient_id,
        population_members.population
    from population_members
    inner join disjoint_populations
        on population_members.population = disjoint_populations.population
),

placed as (
    select
        cohort.patient_id,
        cohort.site_id,
        cohort.country,
        cohort.disease_group,
        cohort.ph_status,
        members_listed.population,
        cohort.exclusion_step,
        cohort.exclusion_reason,
        cohort.follow_up_end_reason,
        cohort.n_records_quarantined,
        cohort.is_included,
        cohort.index_date,
        cohort.follow_up_end_date
    from cohort
    left join members_listed on cohort.patient_id = members_listed.patient_id
)

select * from placed
