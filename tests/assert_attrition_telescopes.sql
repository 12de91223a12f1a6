-- A returned row is a step of the attrition, or a patient of the cohort, that is lost
-- or counted twice, with the claim that it breaks (P7).
with
cohort_attrition as (
    select * from {{ ref('cohort_attrition') }}
),

cohort as (
    select * from {{ ref('cohort') }}
),

-- A record of the patients file that cannot be read still names somebody.
patients as (
    select patient_id
    from {{ ref('stg_delivery__patients') }}
    where patient_id is not null
    union
    select patient_id
    from {{ ref('quarantine') }}
    where table_name = 'patients' and patient_id is not null
),

cohort_counted as (
    select
        exclusion_step,
        count(*) as n
    from cohort
    group by exclusion_step
),

delivered as (
    select count(*) as n_delivered from patients
),

neighbours_seen as (
    select
        cohort_attrition.step,
        cohort_attrition.n_in,
        cohort_attrition.n_excluded,
        cohort_attrition.n_unknown,
        cohort_attrition.n_out,
        delivered.n_delivered,
        coalesce(cohort_counted.n, 0) as n_left_in_cohort,
        coalesce(stayed.n, 0) as n_included,
        lag(cohort_attrition.n_out) over (order by cohort_attrition.step)
            as n_out_before,
        lead(cohort_attrition.n_in) over (order by cohort_attrition.step) as n_in_next
    from cohort_attrition
    cross join delivered
    left join cohort_counted
        on cohort_attrition.step = cohort_counted.exclusion_step
    left join cohort_counted as stayed on stayed.exclusion_step is null
),

steps_checked as (
    select
        'step ' || cast(step as string) as found_at,
        case
            when n_in <> coalesce(n_out_before, n_delivered)
                then 'what goes into a step is what came out of the one before'
            when n_in - n_excluded <> n_out then 'in less excluded is out'
            when n_unknown > n_excluded then 'the unknown are among the excluded'
            when n_excluded <> n_left_in_cohort
                then 'who is excluded at a step leaves the cohort there'
            when n_in_next is null and n_out <> n_included
                then 'what comes out of the last step is the included'
        end as claim_broken
    from neighbours_seen
),

patients_checked as (
    select
        patient_id as found_at,
        case
            when is_included <> (exclusion_step is null)
                then 'whoever has left at no step is included'
            when is_included <> (exclusion_reason is null)
                then 'whoever has left has a reason'
            when population is not null and not is_included
                then 'only the included have a population'
            when is_included <> (follow_up_end_date is not null)
                then 'the included, and only they, have an end of follow-up'
            when (follow_up_end_date is null) <> (follow_up_end_reason is null)
                then 'an end of follow-up has one reason'
            when is_included and not coalesce(index_date <= follow_up_end_date, false)
                then 'no follow-up ends before the index date'
        end as claim_broken
    from cohort
),

patients_lost as (
    select
        patients.patient_id as found_at,
        'every delivered patient is in the cohort' as claim_broken
    from patients
    left join cohort on patients.patient_id = cohort.patient_id
    where cohort.patient_id is null
),

claims_checked as (
    select * from steps_checked
    union all
    select * from patients_checked
    union all
    select * from patients_lost
)

select * from claims_checked
where claim_broken is not null
