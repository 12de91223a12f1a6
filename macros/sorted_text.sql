{#- Aggregate: the texts of a group as one, in their order. -#}
{% macro sorted_text(value) -%}
    {{ return(adapter.dispatch('sorted_text')(value)) }}
{%- endmacro %}

{% macro default__sorted_text(value) -%}
    string_agg({{ value }}, ' ' order by {{ value }})
{%- endmacro %}

{% macro spark__sorted_text(value) -%}
    array_join(sort_array(collect_list({{ value }})), ' ')
{%- endmacro %}
