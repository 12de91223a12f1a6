{#-
  The time point that so many months after the origin is, in days, of a model that reads
  `study_parameters`. The month's length is a decimal, so whole days come out whole and
  compare exactly.

  | at_month | days_per_month | days_in_months |
  | 6        | 30.5           | 183.0          |
  | 6        | 30.4375        | 182.625        |
-#}
{% macro days_in_months(at_month) -%}
    ({{ at_month }} * {{ parameter('days_per_month', 'decimal(12, 6)') }})
{%- endmacro %}
