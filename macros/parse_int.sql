{#-
  A whole number, or NULL: a fraction is no whole number, and is never rounded to one.

  | value  | parse_int |
  | '007'  | 7         |
  | '12.7' | NULL      |
  | '1e3'  | NULL      |
-#}
{% macro parse_int(value) -%}
    case
        when translate({{ parse_text(value) }}, '0123456789+-', '') = ''
            and {{ parse_text(value) }} not like '%+-%'
        then try_cast({{ parse_text(value) }} as bigint)
    end
{%- endmacro %}
