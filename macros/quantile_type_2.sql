{#-
  Aggregate over distinct values: the quantile by SAS's definition 5 (R's type 2), the
  mean of the values at ranks ceil(n q) and floor(n q) + 1. `last_rank` is the last of
  the ranks that a value has among the `n` ranked ones (P27).

  | ranked values | last ranks | q    | quantile_type_2 |
  | 1, 2, 2, 4    | 1, 3, 4    | 0.5  | 2               |
  | 1, 2, 4, 8    | 1, 2, 3, 4 | 0.5  | 3               |
  | 1, 2, 4, 8    | 1, 2, 3, 4 | 0.25 | 1.5             |
-#}
{% macro quantile_type_2(value, last_rank, n, q) -%}
    (
        min(case when {{ last_rank }} >= ceil({{ n }} * {{ q }}) then {{ value }} end)
        + min(
            case when {{ last_rank }} >= floor({{ n }} * {{ q }}) + 1 then {{ value }} end
        )
    ) / cast(2 as double)
{%- endmacro %}
