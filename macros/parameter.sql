{#-
  The value of a parameter of the study, of a model that reads `study_parameters`.

  | study_parameters        | parameter('study_end', 'date') |
  | study_end, '2017-12-31' | date '2017-12-31'              |
-#}
{% macro parameter(name, type='string') -%}
    (
        select cast(study_parameters.value as {{ type }})
        from study_parameters
        where study_parameters.parameter = '{{ name }}'
    )
{%- endmacro %}
