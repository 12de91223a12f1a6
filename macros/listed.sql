{#-
  The values of a group as one text, in their order.

  | vocabulary | term   | listed('term')   |
  | sex        | male   | 'female, male'   |
  | sex        | female |                  |
-#}
{% macro listed(value) -%}
    {{ return(adapter.dispatch('listed')(value)) }}
{%- endmacro %}

{% macro default__listed(value) -%}
    string_agg({{ value }}, ', ' order by {{ value }})
{%- endmacro %}

{% macro spark__listed(value) -%}
    nullif(array_join(sort_array(collect_list({{ value }})), ', '), '')
{%- endmacro %}
