{#-
  dbt-duckdb's own, but for the catalogue's name, which is left out of what a view reads:
  the published file may be called anything, and be copied under another name.

  select * from "warehouse"."quality"."verdict"  ->  select * from "quality"."verdict"
-#}
{% macro duckdb__create_view_as(relation, sql) -%}
    create view {{ relation }} as (
        {{ sql | replace(adapter.quote(relation.database) ~ '.', '') }}
    );
{%- endmacro %}
