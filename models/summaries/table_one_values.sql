-- Table 1 tells the characteristics under the study's names, each of the disease groups
-- that its levels are of.
with
cohort as (
    select * from {{ ref('int_cohort') }}
    where is_included
),

table_one_variables as (
    select * from {{ ref('table_one_variables') }}
),

table_one_levels as (
    select * from {{ ref('table_one_levels') }}
),

characteristics as (
    select * from {{ ref('characteristics') }}
    where response_window = 'any'
),

-- What a patient has until an event gives another level.
levels_before as (
    select
        variable,
        level
    from {{ ref('characteristic_levels') }}
    where is_otherwise and is_late
),

groups as (
    select distinct disease_group from cohort
),

-- Levels without a group are of every group.
variables_told as (
    select
        groups.disease_group,
        table_one_variables.variable,
        table_one_variables.of_variable,
        max(case when table_one_levels.level = 'unknown' then 1 else 0 end)
            as has_unknown
    from groups
    cross join table_one_variables
    inner join table_one_levels
        on table_one_variables.variable = table_one_levels.variable
    where
        table_one_levels.disease_group is null
        or table_one_levels.disease_group = groups.disease_group
    group by
        groups.disease_group,
        table_one_variables.variable,
        table_one_variables.of_variable
),

patients_told as (
    select
        cohort.patient_id,
        cohort.index_date,
        variables_told.variable,
        variables_told.of_variable,
        variables_told.has_unknown
    from cohort
    inner join variables_told
        on cohort.disease_group is not distinct from variables_told.disease_group
),

-- As known at the index date, where the study says what was known by then.
values_told as (
    select
        patients_told.patient_id,
        patients_told.variable,
        case
            when patients_told.of_variable is null then 'all'
            when characteristics.variable is null then 'unknown'
            when characteristics.known_date > patients_told.index_date
                then coalesce(levels_before.level, characteristics.level)
            else characteristics.level
        end as level,
        characteristics.quantity
    from patients_told
    left join characteristics
        on
            patients_told.patient_id = characteristics.patient_id
            and patients_told.of_variable = characteristics.variable
    left join levels_before on characteristics.variable = levels_before.variable
    where
        characteristics.variable is not null
        or patients_told.of_variable is null
        or patients_told.has_unknown = 1
)

select * from values_told
