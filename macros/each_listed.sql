{#-
  A row for each of the texts that a parameter lists, in the list of a select.

  | list    | each_listed     |
  | 'FR,IT' | 'FR', then 'IT' |
-#}
{% macro each_listed(list) -%}
    {{ return(adapter.dispatch('each_listed')(list)) }}
{%- endmacro %}

{% macro default__each_listed(list) -%}
    unnest(string_split({{ list }}, ','))
{%- endmacro %}

{% macro spark__each_listed(list) -%}
    explode(split({{ list }}, ','))
{%- endmacro %}
