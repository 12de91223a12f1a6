{#-
  The key of a row of a mart as one text: '<column>=<value>' of each column that has one.

  | population | subset | mart_key(['population', 'subset']) |
  | 'all'      | NULL   | 'population=all'                   |
-#}
{% macro mart_key(columns) -%}
    trim(
            {%- for name in columns %}
            {{ '|| ' if not loop.first -}}
            coalesce(' {{ name }}=' || cast({{ name }} as string), '')
            {%- endfor %}
        )
{%- endmacro %}
