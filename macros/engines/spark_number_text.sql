{#- Spark writes 1.0E-4 for what DuckDB writes as 0.0001, and 1.0E-5 for 1e-05. -#}
{% macro spark__number_text(value) -%}
    {%- set written = 'cast(cast(' ~ value ~ ' as double) as string)' -%}
    {%- set digits = "split_part(" ~ written ~ ", 'E', 1)" -%}
    case
        when {{ written }} not like '%E%' then {{ written }}
        when {{ written }} like '%E-4'
            then '0.000' || trim(trailing '0' from replace({{ digits }}, '.', ''))
        when {{ written }} like '%E-%'
            then
                trim(trailing '.' from trim(trailing '0' from {{ digits }})) || 'e-'
                || lpad(split_part({{ written }}, 'E-', 2), 2, '0')
        else cast(cast({{ value }} as decimal(38, 1)) as string)
    end
{%- endmacro %}
