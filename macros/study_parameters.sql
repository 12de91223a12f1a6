{#-
  What each parameter of the study may be: a kind, and for numbers their bounds, for
  terms the terms. Texts stand in SQL between quotes, so few marks are allowed in them.
-#}
{% macro study_parameter_kinds() -%}
    {{ return({
        'index_drug': {'kind': 'text'},
        'access_program': {
            'kind': 'term',
            'terms': ['expanded_access', 'commercial', 'clinical_trial'],
        },
        'enrolment_start': {'kind': 'date'},
        'enrolment_end': {'kind': 'date'},
        'study_end': {'kind': 'date'},
        'adult_age_years': {'kind': 'whole number', 'from': 0, 'to': 150},
        'countries': {'kind': 'list of countries'},
        'cycle_length_days': {'kind': 'whole number', 'from': 1, 'to': 3660},
        'days_per_month': {'kind': 'number', 'from': 28, 'to': 31},
    }) }}
{%- endmacro %}

{#- The parameters of this build as text: what dbt_project.yml and --vars say. -#}
{% macro study_parameters() -%}
    {%- set parameters = {} -%}
    {%- for name, allowed in study_parameter_kinds().items() -%}
        {%- set value = var(name) -%}
        {%- do parameters.update({
            name: listed_parameter(name) | join(',')
                if allowed.kind == 'list of countries' else value | string
        }) -%}
    {%- endfor -%}
    {{ return(parameters) }}
{%- endmacro %}

{#- A list among the parameters. What is none stands as it is, so that the project can be
    parsed, and refuse_bad_parameters can say what was expected. -#}
{% macro listed_parameter(name) -%}
    {{ return(var(name) | list if var(name) is iterable else [var(name)]) }}
{%- endmacro %}
