{#-
  What is odd about how a delivered cell is spelled, though it is read, or NULL.

  | value            | odd_spelling                                    |
  | ' 5'             | 'blanks_around_value'                           |
  | '5' || U+00A0    | 'blanks_around_value'                           |
  | 'a<tab>b'        | 'control_character'                             |
  | 'a@example.org'  | 'direct_identifier_value' (in a column of text) |
  | '9999-12-31'     | 'placeholder_date' (of a date that may be empty) |
  | '007'            | 'number_spelled_oddly' (of a number)             |
-#}
{% macro odd_spelling(column) -%}
    case
        {%- if column.meta.type == 'text' %}
        when {{ column.name }} like '%_@_%._%' then 'direct_identifier_value'
        {%- endif %}
        {%- if column.meta.type in ('date', 'partial_date') and column.meta.nullable %}
        when {{ is_placeholder_date(parse_text(column.name)) }} then 'placeholder_date'
        {%- elif column.meta.type in ('integer', 'number') %}
        when
            ltrim({{ parse_text(column.name) }}, '-') like '+%'
            or (
                ltrim({{ parse_text(column.name) }}, '-') like '0%'
                and substr(ltrim({{ parse_text(column.name) }}, '-'), 2, 1)
                between '0' and '9'
            )
            then 'number_spelled_oddly'
        {%- endif %}
        when
            translate({{ column.name }}, chr(9) || chr(10) || chr(13), '')
            <> {{ column.name }}
            then 'control_character'
        when {{ trimmed(column.name) }} <> {{ column.name }}
            then 'blanks_around_value'
    end
{%- endmacro %}
