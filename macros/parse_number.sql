{#-
  A decimal number, or NULL: no thousands separator, no decimal comma, no lone sign.

  | value   | parse_number |
  | '12.7'  | 12.7         |
  | '1e-4'  | 0.0001       |
  | '12,7'  | NULL         |
  | '1_000' | NULL         |
-#}
{% macro parse_number(value) -%}
    {{ number_of_text(parse_text(value)) }}
{%- endmacro %}

{% macro number_of_text(text) -%}
    case
        when translate({{ text }}, '0123456789.+-eE', '') = ''
            and {{ text }} not like '%+-%'
        then try_cast({{ text }} as double)
    end
{%- endmacro %}
