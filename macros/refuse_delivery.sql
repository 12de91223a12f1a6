{#- Stop the build with the reasons of a refusal, one line each, at the end of what dbt
    prints; the test that calls it would print their number alone. -#}
{% macro refuse_delivery(relation) -%}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- set reasons = run_query(
            'select expectation_id, table_name, n_records, first_line, description, '
            ~ 'exception from ' ~ relation
            ~ " where severity = 'critical' or exception is not null"
            ~ ' order by expectation_id, table_name'
        ) -%}
        {%- if reasons | length -%}
            {%- do exceptions.raise_compiler_error(refusal_lines(reasons)) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- A refusal's reasons, a line each, and where its findings are. -#}
{% macro refusal_lines(reasons) -%}
    {%- set lines = [] -%}
    {%- for reason in reasons.rows[:10] -%}
        {%- do lines.append('delivery refused: ' ~ reason_line(reason)) -%}
    {%- endfor -%}
    {%- if reasons | length > 10 -%}
        {%- do lines.append('and ' ~ (reasons | length - 10) ~ ' more reasons') -%}
    {%- endif -%}
    {%- do lines.append(where_findings_are()) -%}
    {{ return(lines | join('\n')) }}
{%- endmacro %}

{#- The warnings of a delivery that was accepted without some of its records, or that
    judge it as a whole, a line each; the others are listed in the findings alone. -#}
{% macro warning_lines() -%}
    {%- set reasons = run_query(
        'select gate_failures.expectation_id, gate_failures.table_name, gate_failures.n_records, '
        ~ 'gate_failures.first_line, gate_failures.description, gate_failures.exception '
        ~ 'from quality.gate_failures inner join definitions.gate_rules '
        ~ "on gate_failures.expectation_id = 'rule.' || gate_rules.rule_id"
        ~ " where gate_rules.judged = 'quarantine' or gate_failures.table_name = 'manifest'"
        ~ ' order by gate_failures.expectation_id, gate_failures.table_name'
    ) -%}
    {%- set lines = [] -%}
    {%- for reason in reasons.rows -%}
        {%- do lines.append('warning: ' ~ reason_line(reason)) -%}
    {%- endfor -%}
    {{ return(lines) }}
{%- endmacro %}

{#- What was found, in which table and from which line, and what to do. -#}
{% macro reason_line(reason) -%}
    {%- set line = reason['table_name'] ~ ': '
        ~ reason['expectation_id'] | replace('rule.', '') -%}
    {%- if reason['n_records'] is not none -%}
        {%- set line = line ~ ', ' ~ reason['n_records'] ~ ' record'
            ~ ('' if reason['n_records'] == 1 else 's')
            ~ (
                ' (line ' if reason['n_records'] == 1 else ' (the first on line '
            ) ~ reason['first_line'] ~ ')'
            if reason['first_line'] is not none
            else line -%}
    {%- endif -%}
    {{ return(line ~ ': ' ~ (reason['exception'] or reason['description'])) }}
{%- endmacro %}

{#- Where the findings of the delivery that was judged last can be read. -#}
{% macro where_findings_are() -%}
    {%- set folder = (flags.TARGET_PATH or 'target') ~ '/quality/' -%}
    {{ return(
        'findings: ' ~ folder ~ 'index.html, ' ~ folder ~ 'findings.csv, and in SQL '
        ~ 'quality.findings and quality.quarantine of ' ~ target.path
    ) }}
{%- endmacro %}
