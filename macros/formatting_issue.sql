{#-
  What is odd about how a delivered cell is spelled, though it is read, or NULL: of
  `value_text` as it was sent, and the column with its blanks trimmed.

  | value           | formatting_issue                                 |
  | ' 5'            | 'blanks_around_value'                            |
  | '5' || U+00A0   | 'blanks_around_value'                            |
  | 'a<tab>b'       | 'control_character'                              |
  | 'a@example.org' | 'direct_identifier_value' (in a column of text)  |
  | '9999-12-31'    | 'placeholder_date' (of a date that may be empty) |
  | '007'           | 'number_spelled_oddly' (of a number)             |
-#}
{% macro formatting_issue(column) -%}
    {%- set value = column.name -%}
    case
        {%- if column.meta.type == 'text' %}
        when {{ value }} like '%_@_%._%' then 'direct_identifier_value'
        {%- endif %}
        {%- if column.meta.type in ('date', 'partial_date') and column.meta.nullable %}
        when {{ is_placeholder_date(value) }} then 'placeholder_date'
        {%- elif column.meta.type in ('integer', 'number') %}
        when
            trim(leading '-' from {{ value }}) like '+%'
            or (
                trim(leading '-' from {{ value }}) like '0%'
                and substr(trim(leading '-' from {{ value }}), 2, 1) between '0' and '9'
            )
            then 'number_spelled_oddly'
        {%- endif %}
        when translate(value_text, chr(9) || chr(10) || chr(13), '') <> value_text
            then 'control_character'
        when coalesce({{ value }}, '') <> value_text then 'blanks_around_value'
    end
{%- endmacro %}
