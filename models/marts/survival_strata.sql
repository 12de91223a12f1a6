with
cohort as (
    select * from {{ ref('int_cohort') }}
    where is_included
),

characteristics as (
    select * from {{ ref('characteristics') }}
),

groupings as (
    select * from {{ ref('groupings') }}
),

strata as (
    select * from {{ ref('strata') }}
),

-- Two characteristics crossed are one group, known when the later of them is.
levels_crossed as (
    select
        characteristics.patient_id,
        groupings.stratum_variable,
        characteristics.level
        || coalesce('__' || crossed.level, '') as level,
        greatest(characteristics.known_date, crossed.known_date) as known_on,
        case
            when characteristics.assessed_date is not null
                then groupings.level_before || coalesce('__' || crossed.level, '')
        end as level_before,
        greatest(characteristics.assessed_date, crossed.known_date) as level_before_on
    from groupings
    inner join characteristics
        on
            groupings.variable = characteristics.variable
            and coalesce(groupings.response_window, 'any')
            = characteristics.response_window
    inner join cohort
        on
            characteristics.patient_id = cohort.patient_id
            and coalesce(groupings.disease_group = cohort.disease_group, true)
    left join characteristics as crossed
        on
            characteristics.patient_id = crossed.patient_id
            and groupings.crossed_with = crossed.variable
            and crossed.response_window = 'any'
    where groupings.crossed_with is null or crossed.patient_id is not null
),

-- A level that no row of the strata names is none: what is unknown is in no group.
levels_listed as (
    select
        levels_crossed.patient_id,
        levels_crossed.stratum_variable,
        levels_crossed.level,
        levels_crossed.known_on,
        levels_crossed.level_before,
        case when levels_crossed.level_before is not null
                then levels_crossed.level_before_on
        end as level_before_on
    from levels_crossed
    inner join strata
        on
            levels_crossed.stratum_variable = strata.stratum_variable
            and levels_crossed.level = strata.level
)

select * from levels_listed
