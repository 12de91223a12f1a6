{#-
  A quotient as a double; NULL, not infinity, where the divisor is zero.

  | numerator | denominator | ratio |
  | 1         | 4           | 0.25  |
  | 1         | 0           | NULL  |
-#}
{% macro ratio(numerator, denominator) -%}
    (cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0))
{%- endmacro %}
