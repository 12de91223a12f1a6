-- Groups are counted by profile: patients are many, and profiles some hundreds.
with
members_listed as (
    select * from {{ ref('subset_members') }}
),

groups_listed as (
    select distinct
        population,
        subset,
        response_window
    from members_listed
),

groups_numbered as (
    select
        population,
        subset,
        response_window,
        cast(
            row_number() over (order by population, subset, response_window) as string
        ) as group_number
    from groups_listed
),

patients_described as (
    select
        members_listed.patient_id,
        {{ sorted_text('groups_numbered.group_number') }} as group_numbers
    from members_listed
    inner join groups_numbered
        on
            members_listed.population = groups_numbered.population
            and members_listed.subset = groups_numbered.subset
            and members_listed.response_window = groups_numbered.response_window
    group by members_listed.patient_id
),

representatives as (
    select
        group_numbers,
        min(patient_id) as representative_id
    from patients_described
    group by group_numbers
),

profiles as (
    select
        patients_described.patient_id,
        representatives.representative_id
    from patients_described
    inner join representatives
        on patients_described.group_numbers = representatives.group_numbers
)

select * from profiles
