with

population_members as (
    select * from {{ ref('population_members') }}
),

group_criteria as (
    select * from {{ ref('group_criteria') }}
    where kind = 'subset'
),

characteristics as (
    select * from {{ ref('characteristics') }}
),

criteria_counted as (
    select
        group_name as subset,
        count(distinct variable) as n_criteria
    from group_criteria
    group by group_name
),

-- Several levels of one characteristic are alternatives.
criteria_met as (
    select distinct
        group_criteria.group_name as subset,
        group_criteria.variable,
        characteristics.response_window,
        characteristics.patient_id
    from group_criteria
    inner join characteristics
        on
            group_criteria.variable = characteristics.variable
            and group_criteria.level = characteristics.level
),

-- A subset that asks for a response is one in each window.
windows_listed as (
    select distinct
        subset,
        response_window
    from criteria_met
    where response_window <> 'any'
    union all
    select
        subset,
        'any' as response_window
    from criteria_counted
    where subset not in (
        select windowed.subset from criteria_met as windowed
        where windowed.response_window <> 'any'
    )
),

met_counted as (
    select
        windows_listed.subset,
        windows_listed.response_window,
        criteria_met.patient_id,
        count(*) as n_met
    from windows_listed
    inner join criteria_met
        on
            windows_listed.subset = criteria_met.subset
            and criteria_met.response_window in ('any', windows_listed.response_window)
    group by
        windows_listed.subset, windows_listed.response_window, criteria_met.patient_id
),

subsets_listed as (
    select
        met_counted.subset,
        met_counted.response_window,
        met_counted.patient_id
    from met_counted
    inner join criteria_counted
        on
            met_counted.subset = criteria_counted.subset
            and met_counted.n_met = criteria_counted.n_criteria
    union all
    select distinct
        'all' as subset,
        'any' as response_window,
        patient_id
    from population_members
),

members_listed as (
    select
        population_members.population,
        subsets_listed.subset,
        subsets_listed.response_window,
        population_members.patient_id
    from population_members
    inner join subsets_listed
        on population_members.patient_id = subsets_listed.patient_id
)

select * from members_listed
