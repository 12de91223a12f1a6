{#-
  The time point that so many months after the origin is, in days. The month's length is
  a decimal literal, so whole days come out whole and compare exactly.

  | at_month | days_per_month | days_in_months |
  | 6        | 30.5           | 183.0          |
  | 6        | 30.4375        | 182.625        |
-#}
{% macro days_in_months(at_month) -%}
    ({{ at_month }} * {{ var('days_per_month') }})
{%- endmacro %}
