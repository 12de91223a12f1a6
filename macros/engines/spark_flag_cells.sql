{#- Spark judges each cell where it lies: a group and a join for each column would be three
    shuffles, and there are a hundred columns. -#}
{% macro spark__flag_cells(table_name, column_name, judgement) -%}
    select
        table_name,
        file_line,
        flagged_patient_id as patient_id,
        column_name,
        value_text,
        rule_id
    from (
        select
            *,
            '{{ table_name }}' as table_name,
            '{{ column_name }}' as column_name,
            {{ judgement }} as rule_id
        from (
            select
                file_line,
                {{ parse_text('patient_id') }} as flagged_patient_id,
                {{ column_name }} as value_text,
                {{ parse_text(column_name) }} as {{ column_name }}
            from {{ source('delivery', table_name) }}
        ) as trimmed
    ) as judged
    where rule_id is not null
{%- endmacro %}
