{#- A number that stands for a text, of the engine's own making. -#}
{% macro hash_of(value) -%}
    {{ return(adapter.dispatch('hash_of')(value)) }}
{%- endmacro %}

{% macro default__hash_of(value) -%}
    hash({{ value }})
{%- endmacro %}

{% macro spark__hash_of(value) -%}
    xxhash64({{ value }})
{%- endmacro %}
