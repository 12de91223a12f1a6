-- What a study says and this delivery does not bear out. Told at the end of a build.
-- It counts the marts' populations, and is read beside the findings, in their schema.
{{ config(schema='quality') }}
{%- set tables = index_tables() %}
with
index_rules as (
    select * from {{ ref('index_rules') }}
),

eligibility_criteria as (
    select * from {{ ref('eligibility_criteria') }}
),

study_parameters as (
    select * from {{ ref('study_parameters') }}
),

group_criteria as (
    select * from {{ ref('group_criteria') }}
),

groupings as (
    select * from {{ ref('groupings') }}
),

strata as (
    select * from {{ ref('strata') }}
),

table_one_variables as (
    select * from {{ ref('table_one_variables') }}
),

table_one_levels as (
    select * from {{ ref('table_one_levels') }}
),

characteristic_levels as (
    select * from {{ ref('characteristic_levels') }}
),

populations as (
    select * from {{ ref('populations') }}
),

population_members as (
    select * from {{ ref('population_members') }}
),

delivered_characteristics as (
    select * from {{ ref('delivered_characteristics') }}
),

patients as (
    select * from {{ ref('int_patients') }}
),

screened as (
    select * from {{ ref('int_eligibility') }}
),

-- Where the values of a list must be found.
lists_used as (
    select
        parameter,
        table_name,
        column_name
    from index_rules
    union
    select
        one_of as parameter,
        'patients' as table_name,
        fact as column_name
    from eligibility_criteria
    where fact in ('country', 'sex', 'diagnosis', 'disease_group', 'disease_status')
),

values_listed as (
    select
        'parameter ' || lists_used.parameter as named_in,
        lists_used.parameter,
        lists_used.table_name,
        lists_used.column_name,
        {{ each_listed('study_parameters.value') }} as value
    from lists_used
    inner join study_parameters on lists_used.parameter = study_parameters.parameter
),

-- A country or a site is a name, and of no vocabulary: nothing else refuses a slip.
names_used as (
    select
        'group_criteria' as seed_name,
        variable,
        level as value
    from group_criteria
    union
    select
        'strata' as seed_name,
        groupings.variable,
        strata.level as value
    from strata
    inner join groupings
        on
            strata.stratum_variable = groupings.stratum_variable
            and groupings.crossed_with is null
    union
    select
        'table_one_levels' as seed_name,
        table_one_variables.of_variable,
        table_one_levels.level as value
    from table_one_levels
    inner join table_one_variables
        on table_one_levels.variable = table_one_variables.variable
    where table_one_levels.level <> 'unknown'
    union
    select
        'characteristic_levels' as seed_name,
        case column_name when 'site_id' then 'site' else column_name end as variable,
        term as value
    from characteristic_levels
    where table_name = 'patients' and term is not null
),

values_named as (
    select
        named_in,
        parameter,
        table_name,
        column_name,
        value
    from values_listed
    union all
    select
        'seed ' || seed_name as named_in,
        seed_name || '.' || variable as parameter,
        'patients' as table_name,
        case variable when 'site' then 'site_id' else variable end as column_name,
        value
    from names_used
    where variable in ('country', 'site')
),

values_delivered as (
    {%- for table, of_table in tables.items() %}
    {%- for column in of_table.columns %}
    select
        '{{ table }}' as table_name,
        '{{ column }}' as column_name,
        {{ column }} as value
    from {{ ref('stg_delivery__' ~ table) }}
    where disposition = 'accepted'
    union
    {%- endfor %}
    {%- endfor %}
    {%- for fact in [
        'country', 'site_id', 'sex', 'diagnosis', 'disease_group', 'disease_status'
    ] %}
    select
        'patients' as table_name,
        '{{ fact }}' as column_name,
        {{ fact }} as value
    from patients
    {{- '\n    union' if not loop.last }}
    {%- endfor %}
),

-- Another spelling of a value that records hold, by its capital letters alone.
values_missing as (
    select
        values_named.named_in,
        values_named.parameter,
        values_named.column_name,
        values_named.value,
        min(alike.value) as value_alike
    from values_named
    left join values_delivered
        on
            values_named.table_name = values_delivered.table_name
            and values_named.column_name = values_delivered.column_name
            and values_named.value = values_delivered.value
    left join values_delivered as alike
        on
            values_named.table_name = alike.table_name
            and values_named.column_name = alike.column_name
            and lower(values_named.value) = lower(alike.value)
    where values_delivered.value is null
    group by
        values_named.named_in,
        values_named.parameter,
        values_named.column_name,
        values_named.value
),

patients_counted as (
    select count(*) as n_patients from patients
),

steps_counted as (
    select
        step,
        criterion,
        sum(case when verdict <> 'met' then 1 else 0 end) as n_failing
    from screened
    group by step, criterion
),

patients_included as (
    select count(*) as n_included
    from (
        select patient_id
        from screened
        group by patient_id
        having max(case when verdict <> 'met' then 1 else 0 end) = 0
    ) as included
),

-- A level that a term of the delivery makes; what lies within bounds may be empty.
levels_named as (
    select distinct
        variable,
        level
    from characteristic_levels
    where term is not null
),

levels_found as (
    select distinct
        variable,
        level
    from delivered_characteristics
),

doubts_listed as (
    select
        'value_not_delivered' as doubt,
        parameter || '=' || value as word,
        named_in || ': no record has ''' || value || ''' as its ' || column_name
        || coalesce('; did you mean ''' || value_alike || '''?', '') as message
    from values_missing
    union all
    select
        'level_of_nobody' as doubt,
        levels_named.variable || '=' || levels_named.level as word,
        'characteristic ' || levels_named.variable || ': none of '
        || patients_included.n_included || ' included patients is '''
        || levels_named.level || '''' as message
    from levels_named
    inner join patients_included on patients_included.n_included > 0
    left join levels_found
        on
            levels_named.variable = levels_found.variable
            and levels_named.level = levels_found.level
    where levels_found.level is null
    union all
    select
        'step_excludes_everybody' as doubt,
        steps_counted.criterion as word,
        'eligibility step ' || steps_counted.step || ' (' || steps_counted.criterion
        || ') is met by none of ' || patients_counted.n_patients || ' patients'
            as message
    from steps_counted
    inner join patients_counted
        on steps_counted.n_failing = patients_counted.n_patients
    union all
    -- Of a cohort of nobody every population is empty, and that is told once.
    select
        'population_empty' as doubt,
        populations.population as word,
        'population ' || populations.population || ' has none of '
        || patients_included.n_included || ' included patients' as message
    from populations
    inner join patients_included on patients_included.n_included > 0
    left join population_members
        on populations.population = population_members.population
    where population_members.patient_id is null
    union all
    select
        'cohort_empty' as doubt,
        'cohort' as word,
        'the study includes none of ' || patients_counted.n_patients || ' patients'
            as message
    from patients_counted
    inner join patients_included on patients_included.n_included = 0
)

select * from doubts_listed
