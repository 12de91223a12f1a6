{#- How a view is kept: Spark's leaves nothing that could be published, and is a table. -#}
{% macro as_view() -%}
    {{ return(adapter.dispatch('as_view')()) }}
{%- endmacro %}

{% macro default__as_view() -%}
    {{ return('view') }}
{%- endmacro %}

{% macro spark__as_view() -%}
    {{ return('table') }}
{%- endmacro %}
