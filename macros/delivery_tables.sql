{#- The tables of the delivery contract, in its order, with their columns; without the
    manifest unless asked for. -#}
{% macro delivery_tables(with_manifest=false) -%}
    {%- set tables = [] -%}
    {%- if execute -%}
        {%- for source in graph.sources.values()
            if source.source_name == 'delivery'
            and (with_manifest or source.name != 'manifest') -%}
            {%- do tables.append(source) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(tables) }}
{%- endmacro %}
