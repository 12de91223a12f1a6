-- What a study says and this delivery does not bear out. Told at the end of a build.
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
        lists_used.parameter,
        lists_used.table_name,
        lists_used.column_name,
        {{ each_listed('study_parameters.value') }} as value
    from lists_used
    inner join study_parameters on lists_used.parameter = study_parameters.parameter
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
        'country', 'sex', 'diagnosis', 'disease_group', 'disease_status'
    ] %}
    select
        'patients' as table_name,
        '{{ fact }}' as column_name,
        {{ fact }} as value
    from patients
    {{- '\n    union' if not loop.last }}
    {%- endfor %}
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

doubts_listed as (
    select
        'value_not_delivered' as doubt,
        values_listed.parameter || '=' || values_listed.value as word,
        'parameter ' || values_listed.parameter || ': no record has '''
        || values_listed.value || ''' as its ' || values_listed.column_name as message
    from values_listed
    left join values_delivered
        on
            values_listed.table_name = values_delivered.table_name
            and values_listed.column_name = values_delivered.column_name
            and values_listed.value = values_delivered.value
    where values_delivered.value is null
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
    select
        'cohort_empty' as doubt,
        'cohort' as word,
        'the study includes none of ' || patients_counted.n_patients || ' patients'
            as message
    from patients_counted
    inner join patients_included on patients_included.n_included = 0
)

select * from doubts_listed
