{#-
  The value of a curve on the day of its last event, until the next: made anew on each
  day, a sum of floats may differ in the last place, and a curve would rise.

  | time_days | n_so_far | product | carried |
  | 4         | 1        | 0.6     | 0.6     |
  | 7         | 1        | 0.6 + e | 0.6     |
  | 9         | 2        | 0.4     | 0.4     |
-#}
{% macro carried(value, n_so_far, keys='analysis_id, stratum') -%}
    first_value({{ value }}) over (
        partition by {{ keys }}, {{ n_so_far }} order by time_days
    )
{%- endmacro %}
