{#- In place of dbt-spark's own: a seed without rows has a file, too, as nothing would be
    published of an empty folder. -#}
{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set columns = [] -%}
    {%- for name, type in typed_columns(model, agate_table) -%}
        {%- do columns.append('cast(null as ' ~ type ~ ') as ' ~ name) -%}
    {%- endfor -%}
    {%- call statement('_') -%}
        create table {{ this.render() }} {{ comment_clause() }} as
        select {{ columns | join(', ') }} where false
    {%- endcall -%}
{%- endmacro %}

{#- In place of dbt-spark's own, whose session escapes neither quotes nor backslashes,
    writes an empty cell as the text None, and passes whole numbers through a float. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set columns = [] -%}
    {%- for name, type in typed_columns(model, agate_table) -%}
        {%- do columns.append('cast(' ~ name ~ ' as ' ~ type ~ ')') -%}
    {%- endfor -%}
    {%- for chunk in agate_table.rows | batch(500) -%}
        {%- set rows = [] -%}
        {%- for row in chunk -%}
            {%- set cells = [] -%}
            {%- for value in row -%}
                {%- do cells.append(spark_literal(value)) -%}
            {%- endfor -%}
            {%- do rows.append('(' ~ cells | join(', ') ~ ')') -%}
        {%- endfor -%}
        {%- do adapter.add_query(
            'insert into ' ~ this.render() ~ ' select ' ~ columns | join(', ')
            ~ ' from values ' ~ rows | join(', ')
            ~ ' as seeded (' ~ agate_table.column_names | join(', ') ~ ')',
            abridge_sql_log=True
        ) -%}
    {%- endfor -%}
    {{ return('inserted above') }}
{%- endmacro %}

{#- The columns of a seed with their types. -#}
{% macro typed_columns(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- do columns.append(
            (name, types.get(name, adapter.convert_type(agate_table, loop.index0)))
        ) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#- A text as Spark's parser reads it back, or NULL. -#}
{% macro spark_literal(value) -%}
    {%- if value is none -%}
        {{ return('null') }}
    {%- endif -%}
    {{ return(
        "'" ~ value | string | replace("\\", "\\\\") | replace("'", "\\'") ~ "'"
    ) }}
{%- endmacro %}
