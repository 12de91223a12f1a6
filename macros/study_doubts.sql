{#- The doubts about the study's definitions that its delivery raises, a line each. -#}
{% macro study_doubt_lines() -%}
    {%- set doubts = run_query(
        'select message from quality.study_doubts order by doubt desc, word'
    ) -%}
    {%- set lines = [] -%}
    {%- for doubt in doubts.rows -%}
        {%- do lines.append('warning: ' ~ doubt['message']) -%}
    {%- endfor -%}
    {{ return(lines) }}
{%- endmacro %}

{#- Stop before a cohort of nobody replaces marts that have patients, with the doubts
    that may explain it. -#}
{% macro refuse_empty_cohort(query) -%}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- set rows = run_query(query).rows -%}
        {%- if rows | length -%}
            {%- do exceptions.raise_compiler_error(
                'study refused: ' ~ rows[0]['message'] ~ ', and the marts that stand have '
                ~ (rows[0]['n_included'] or 'some') ~ '\n' ~ study_doubt_lines() | join('\n')
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
