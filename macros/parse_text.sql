{#-
  Text as delivered, without blanks at its ends; empty is NULL.

  | value   | parse_text |
  | ' 007 ' | '007'      |
  | '  '    | NULL       |
-#}
{% macro parse_text(value) -%}
    nullif(trim(both ' ' from {{ value }}), '')
{%- endmacro %}
