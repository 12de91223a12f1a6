{#- Stop the build with the reasons of a refusal, one line each, at the end of what dbt
    prints; the test that calls it would print their number alone. -#}
{% macro refuse_delivery(relation) -%}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- set lines = [] -%}
        {%- for message in messages_of(relation, 'is_stop') -%}
            {%- do lines.append('delivery refused: ' ~ message) -%}
        {%- endfor -%}
        {%- if lines | length > 10 -%}
            {%- set lines = lines[:10] + ['and ' ~ (lines | length - 10) ~ ' more reasons'] -%}
        {%- endif -%}
        {%- if lines -%}
            {%- do exceptions.raise_compiler_error(
                (lines + [where_findings_are()]) | join('\n')
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- The sentences of the gate's failures of which a condition holds. -#}
{% macro messages_of(relation, condition) -%}
    {%- set rows = run_query(
        'select message from ' ~ relation ~ ' where ' ~ condition
        ~ ' order by n_records desc nulls first, message'
    ) -%}
    {{ return(rows.columns[0].values() | list) }}
{%- endmacro %}

{#- The warnings of a delivery that was accepted without some of its records, or that
    judge it as a whole, a line each; the others are listed in the findings alone. -#}
{% macro warning_lines() -%}
    {%- set lines = [] -%}
    {%- for message in messages_of(
        'quality.gate_failures',
        "table_name = 'manifest' or expectation_id in (select 'rule.' || rule_id from "
        ~ "definitions.gate_rules where stage = 'quarantine')"
    ) -%}
        {%- do lines.append('warning: ' ~ message) -%}
    {%- endfor -%}
    {{ return(lines) }}
{%- endmacro %}

{#- Where the findings of the delivery that was judged last can be read. -#}
{% macro where_findings_are() -%}
    {{ return(adapter.dispatch('where_findings_are')()) }}
{%- endmacro %}

{% macro default__where_findings_are() -%}
    {%- set folder = (flags.TARGET_PATH or 'target') ~ '/quality/' -%}
    {%- set working_file = run_query(
        'select path from duckdb_databases() where database_name = current_database()'
    ).rows[0][0] -%}
    {{ return(
        'findings: ' ~ folder ~ 'index.html, ' ~ folder ~ 'findings.csv, and in SQL '
        ~ 'quality.findings and quality.quarantine of ' ~ working_file
    ) }}
{%- endmacro %}
