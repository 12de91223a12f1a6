{#-
  A whole number, or NULL: a fraction is no whole number, and is never rounded to one.

  | value  | parse_int |
  | '007'  | 7         |
  | '12.7' | NULL      |
  | '1e3'  | NULL      |
-#}
{% macro parse_int(value) -%}
    {{ int_of_text(parse_text(value)) }}
{%- endmacro %}

{% macro int_of_text(text) -%}
    case
        when translate({{ text }}, '0123456789+-', '') = ''
            and {{ text }} not like '%+-%'
        then try_cast({{ text }} as bigint)
    end
{%- endmacro %}
