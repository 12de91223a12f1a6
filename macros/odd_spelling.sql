{#-
  What is odd about how a delivered cell is spelled, though it is read, or NULL.

  | value            | odd_spelling                                    |
  | ' 5'             | 'blanks_around_value'                           |
  | 'a<tab>b'        | 'control_character'                             |
  | 'a@example.org'  | 'direct_identifier_value' (in a column of text) |
-#}
{% macro odd_spelling(column) -%}
    case
        {%- if column.meta.type == 'text' %}
        when {{ column.name }} like '%_@_%._%' then 'direct_identifier_value'
        {%- endif %}
        when
            translate({{ column.name }}, chr(9) || chr(10) || chr(13), '')
            <> {{ column.name }}
            then 'control_character'
        when trim(both ' ' from {{ column.name }}) <> {{ column.name }}
            then 'blanks_around_value'
    end
{%- endmacro %}
