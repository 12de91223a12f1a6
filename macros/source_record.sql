{#- The address of a delivered record: '<table>:<line>'. -#}
{% macro source_record(table_name) -%}
    '{{ table_name }}:' || cast(line_number as string)
{%- endmacro %}
