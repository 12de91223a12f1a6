{#-
  A number as text with so many decimals (0 to 2), rounded once, half to even.

  | value | decimals | format_decimal |
  | 47    | 1        | '47.0'         |
  | 56.25 | 1        | '56.2'         |
  | 16.98 | 2        | '16.98'        |
-#}
{% macro format_decimal(value, decimals) -%}
    case {{ decimals }}
        {%- for places in range(3) %}
        when {{ places }}
            then cast(
                cast({{ round_half_even(value, places) }} as decimal(18, {{ places }}))
                as string
            )
        {%- endfor %}
    end
{%- endmacro %}
