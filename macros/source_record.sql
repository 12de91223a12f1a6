{#- The address of a delivered record: '<table>:<line>'. -#}
{% macro source_record(table_name) -%}
    '{{ table_name }}:' || cast(file_line as string)
{%- endmacro %}
