{#-
  A number rounded once for print, half to even, as R and the paper do.

  | value | decimals | print_rounded |
  | 56.25 | 1        | 56.2          |
  | 18.75 | 1        | 18.8          |
-#}
{% macro print_rounded(value, decimals) -%}
    {{ return(adapter.dispatch('print_rounded')(value, decimals)) }}
{%- endmacro %}

{% macro default__print_rounded(value, decimals) -%}
    round_even({{ value }}, {{ decimals }})
{%- endmacro %}

{% macro spark__print_rounded(value, decimals) -%}
    bround({{ value }}, {{ decimals }})
{%- endmacro %}
