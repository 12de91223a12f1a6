{#-
  Columns of one delivered record as one text, to compare records by; the unit separator
  between them stands in no value of the contract.

  | patient_id | site | record_fingerprint(['patient_id', 'site']) |
  | ' 007'     | NULL | '007' || chr(31) || ''                     |
-#}
{% macro record_fingerprint(columns, relation=none) -%}
    {%- for column in columns -%}
        {%- set name = (relation ~ '.' if relation else '') ~ column.name -%}
        {{- ' || chr(31) || ' if not loop.first -}}
        {%- if column.meta.type == 'integer' -%}
        coalesce(cast({{ parse_int(name) }} as string), {{ parse_text(name) }}, '')
        {%- else -%}
        coalesce({{ parse_text(name) }}, '')
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
