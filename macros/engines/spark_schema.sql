{#- A schema's tables lie in the build's own folder, whatever the server's is. -#}
{% macro spark__create_schema(relation) -%}
    {%- do create_schema_in_lake(relation.schema) -%}
{%- endmacro %}

{% macro create_schema_in_lake(name) -%}
    {%- set location = env_var('LAKE') ~ '/warehouse/' ~ name ~ '.db' -%}
    {%- do run_query(
        'create schema if not exists ' ~ name ~ ' location ' ~ spark_literal(location)
    ) -%}
    {#- A server outlives a build, and its schemas do. -#}
    {%- for row in run_query('describe schema ' ~ name).rows
        if row[0] == 'Location' and not row[1].endswith(location) -%}
        {%- do refuse_lake(
            'schema ' ~ name ~ ' of this server is of another build, in ' ~ row[1]
            ~ ': drop it, or name another catalogue'
        ) -%}
    {%- endfor -%}
{%- endmacro %}
