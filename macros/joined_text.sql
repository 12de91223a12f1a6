{#-
  Columns of one delivered record as one text, to compare records by; the unit separator
  between them stands in no value of the contract.

  | patient_id | site | joined_text(['patient_id', 'site']) |
  | ' 007'     | NULL | '007' || chr(31) || ''              |
-#}
{% macro joined_text(columns) -%}
    {%- for column in columns -%}
        {{- ' || chr(31) || ' if not loop.first -}}
        {%- if column.meta.type == 'integer' -%}
        coalesce(cast({{ parse_int(column.name) }} as string), {{ parse_text(column.name) }}, '')
        {%- else -%}
        coalesce({{ parse_text(column.name) }}, '')
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
