{#-
  Whole days from one date to another, negative when the second comes first.

  | start      | end        | days_between |
  | 2017-01-01 | 2017-01-01 | 0            |
  | 2017-01-01 | 2017-02-01 | 31           |
-#}
{% macro days_between(start_date, end_date) -%}
    {{ return(adapter.dispatch('days_between')(start_date, end_date)) }}
{%- endmacro %}

{% macro default__days_between(start_date, end_date) -%}
    cast(date_diff('day', {{ start_date }}, {{ end_date }}) as int)
{%- endmacro %}

{% macro spark__days_between(start_date, end_date) -%}
    cast(datediff({{ end_date }}, {{ start_date }}) as int)
{%- endmacro %}
