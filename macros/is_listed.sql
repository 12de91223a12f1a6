{#-
  Whether a text is one of those that a parameter lists, which are parted by commas.

  | value | list    | is_listed |
  | 'FR'  | 'FR,IT' | true      |
  | 'F'   | 'FR,IT' | false     |
-#}
{% macro is_listed(value, list) -%}
    (position(',' || {{ value }} || ',' in ',' || {{ list }} || ',') > 0)
{%- endmacro %}
