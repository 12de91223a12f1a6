{#-
  A test's query, whose rows are also printed while it runs: dbt itself tells only how
  many there are.

  | log_rows('select ... as analysis_id, ... as n') | prints                          |
  | one row: rr__os__by_dli, 12                     | analysis_id=rr__os__by_dli n=12 |
-#}
{% macro log_rows(query) -%}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- set rows = run_query(query) -%}
        {%- for row in rows.rows -%}
            {%- set cells = [] -%}
            {%- for name in rows.column_names -%}
                {%- do cells.append(name ~ '=' ~ row[name]) -%}
            {%- endfor -%}
            {%- do log(cells | join(' '), info=true) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(query) }}
{%- endmacro %}
