{#-
  Text as delivered, without blanks of any kind at its ends; empty is NULL. Plain ASCII,
  nearly all there is, has one kind of blank.

  | value           | parse_text |
  | ' 007 '         | '007'      |
  | '007' || U+00A0 | '007'      |
  | '  '            | NULL       |
-#}
{% macro parse_text(value) -%}
    nullif({{ trimmed(value) }}, '')
{%- endmacro %}

{% macro trimmed(value) -%}
    case
        when bit_length({{ value }}) = 8 * length({{ value }})
            then trim(both ' ' from {{ value }})
        else trim(both '{{ blanks() }}' from {{ value }})
    end
{%- endmacro %}
