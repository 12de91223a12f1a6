{#-
  A number as text, in as few digits as tell it from any other.

  | value   | number_text |
  | 12.5    | '12.5'      |
  | 0.0001  | '0.0001'    |
  | 0.00001 | '1e-05'     |
-#}
{% macro number_text(value) -%}
    {{ return(adapter.dispatch('number_text')(value)) }}
{%- endmacro %}

{% macro default__number_text(value) -%}
    cast({{ value }} as string)
{%- endmacro %}
