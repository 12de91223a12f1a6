{#-
  Before a build: what it reads is there and as it was checked, and is it a whole one?
  The answer is kept for the last node, which counts whole builds alone.
-#}
{% macro declare_build() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {{ return(adapter.dispatch('declare_build')()) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__declare_build() -%}
    {%- do declare_scope('create or replace table delivery.build_scope') -%}
{%- endmacro %}

{% macro spark__declare_build() -%}
    {%- do refuse_unchecked() -%}
    {%- do read_checked() -%}
    {%- do declare_scope('create table delivery.build_scope') -%}
{%- endmacro %}
