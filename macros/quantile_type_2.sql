{#-
  Aggregate: the quantile by SAS's definition 5 (R's type 2), the mean of the values at
  ranks ceil(n q) and floor(n q) + 1 of `n` ranked values (P27).

  | values by rank | q    | quantile_type_2 |
  | 1, 2, 4        | 0.5  | 2               |
  | 1, 2, 4, 8     | 0.5  | 3               |
  | 1, 2, 4, 8     | 0.25 | 1.5             |
-#}
{% macro quantile_type_2(value, value_rank, n, q) -%}
    avg(
        case
            when
                {{ value_rank }} in (
                    ceil({{ n }} * {{ q }}), floor({{ n }} * {{ q }}) + 1
                )
                then cast({{ value }} as double)
        end
    )
{%- endmacro %}
