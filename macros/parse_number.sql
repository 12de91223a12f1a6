{#-
  A decimal number, or NULL: no thousands separator, no decimal comma, no lone sign.

  | value   | parse_number |
  | '12.7'  | 12.7         |
  | '1e-4'  | 0.0001       |
  | '12,7'  | NULL         |
  | '1_000' | NULL         |
-#}
{% macro parse_number(value) -%}
    case
        when translate({{ parse_text(value) }}, '0123456789.+-eE', '') = ''
            and {{ parse_text(value) }} not like '%+-%'
        then try_cast({{ parse_text(value) }} as double)
    end
{%- endmacro %}
