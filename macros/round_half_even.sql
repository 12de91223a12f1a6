{#-
  A number rounded once for print, half to even, as R and the paper do.

  | value | decimals | round_half_even |
  | 56.25 | 1        | 56.2            |
  | 18.75 | 1        | 18.8            |
-#}
{% macro round_half_even(value, decimals) -%}
    {{ return(adapter.dispatch('round_half_even')(value, decimals)) }}
{%- endmacro %}

{% macro default__round_half_even(value, decimals) -%}
    round_even({{ value }}, {{ decimals }})
{%- endmacro %}

{% macro spark__round_half_even(value, decimals) -%}
    bround({{ value }}, {{ decimals }})
{%- endmacro %}
