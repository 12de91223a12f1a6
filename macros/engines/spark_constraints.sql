{#- Spark's Parquet tables know no constraints: the columns of a contract that may not be
    NULL are asked for NULLs once the table is written. -#}
{% macro spark__persist_constraints(relation, model) -%}
    {%- set required = [] -%}
    {%- for column in model.columns.values()
        if column.constraints | selectattr('type', 'equalto', 'not_null') | list -%}
        {%- do required.append(column.name) -%}
    {%- endfor -%}
    {%- if config.get('contract').enforced and required -%}
        {%- set counted = [] -%}
        {%- for name in required -%}
            {%- do counted.append('count_if(' ~ name ~ ' is null) as ' ~ name) -%}
        {%- endfor -%}
        {%- set nulls = run_query('select ' ~ counted | join(', ') ~ ' from ' ~ relation).rows[0] -%}
        {%- for name in required if nulls[name] | int > 0 -%}
            {%- do exceptions.raise_compiler_error(
                'NOT NULL constraint failed: ' ~ relation ~ '.' ~ name ~ ', '
                ~ nulls[name] ~ ' row(s)'
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
