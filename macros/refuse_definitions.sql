{#-
  A test's query on the study's rows, which stops a build where it returns any: one line
  for each, at the end.

  | seed             | definition | claim_broken                  |
  | response_windows | two_cycles | a window ends after it begins |

  definitions refused: response_windows (two_cycles): a window ends after it begins
-#}
{% macro refuse_definitions(query) -%}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- set lines = [] -%}
        {%- for row in run_query(query).rows -%}
            {%- do lines.append(
                'definitions refused: ' ~ row['seed'] ~ ' (' ~ row['definition'] ~ '): '
                ~ row['claim_broken']
            ) -%}
        {%- endfor -%}
        {%- if lines -%}
            {%- do exceptions.raise_compiler_error(lines | join('\n')) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(query) }}
{%- endmacro %}
