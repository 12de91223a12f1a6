{#- The address of a delivered record: '<table>:<line>'. -#}
{% macro source_record(table_name, relation=none) -%}
    '{{ table_name }}:' || cast({{ relation ~ '.' if relation }}file_line as string)
{%- endmacro %}
