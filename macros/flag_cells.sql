{#-
  The cells of a delivered column of which `judgement` says something. A column has few
  distinct values, however many its records, and each is judged once: by its `max`, as
  an engine passes a filter below a `distinct`, but not below an aggregate. The
  judgement finds the cell as it was sent in `value_text`, and trimmed in the column.

  | delivered patients.sex | flag_cells('patients', 'sex', judgement)             |
  | line 2: male; 3: F     | patients, 3, <its patient>, sex, F, term_not_allowed |
-#}
{% macro flag_cells(table_name, column_name, judgement) -%}
    {#- The linter renders what is dispatched as a function, which this is not. -#}
    {%- if is_linted is defined -%}
        {{ default__flag_cells(table_name, column_name, judgement) }}
    {%- else -%}
        {{ return(adapter.dispatch('flag_cells')(table_name, column_name, judgement)) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__flag_cells(table_name, column_name, judgement) -%}
    select
        '{{ table_name }}' as table_name,
        delivered.file_line,
        {{ parse_text('delivered.patient_id') }} as patient_id,
        '{{ column_name }}' as column_name,
        judged.value_text,
        judged.rule_id
    from (
        select
            value_text,
            {{ judgement }} as rule_id
        from (
            select
                value_text,
                {{ parse_text('value_text') }} as {{ column_name }}
            from (
                select max({{ column_name }}) as value_text
                from {{ source('delivery', table_name) }}
                group by {{ column_name }}
            ) as spelled
        ) as trimmed
    ) as judged
    inner join {{ source('delivery', table_name) }} as delivered
        on
            judged.value_text is not distinct from delivered.{{ column_name }}
            and judged.rule_id is not null
{%- endmacro %}
