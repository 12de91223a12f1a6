-- What --vars say goes before what the study says; both were checked when dbt began.
{{ config(schema='marts') }}
{%- set given = invocation_args_dict.get('vars') or {} %}
with
parameters as (
    select * from {{ ref('parameters') }}
),

overrides as (
    {%- for name in given %}
    {%- set value = given[name] %}
    {%- set texts = [value] if value is string or value is not iterable else value %}
    select
        '{{ name }}' as parameter,
        '{{ texts | join(",") }}' as value
    union all
    {%- endfor %}
    select
        parameter,
        value
    from parameters
    where false
),

parameters_used as (
    select
        parameters.parameter,
        coalesce(overrides.value, parameters.value) as value,
        parameters.type,
        parameters.unit,
        overrides.value is not null as is_overridden,
        parameters.source
    from parameters
    left join overrides on parameters.parameter = overrides.parameter
)

select * from parameters_used
