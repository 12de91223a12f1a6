{#-
  The dates of the delivery contract, in its order: each with its name (`table.column`),
  its role, its table's relation, and the columns that hold the first and the last day it
  allows.
-#}
{% macro delivered_date_columns() -%}
    {%- set dates = [] -%}
    {%- for table in delivery_tables() -%}
        {%- for column in table.columns.values()
            if column.meta.type in ('date', 'partial_date') -%}
            {%- set is_partial = column.meta.type == 'partial_date' -%}
            {%- do dates.append({
                'name': table.name ~ '.' ~ column.name,
                'table': table.name,
                'column': column.name,
                'role': column.meta.date_role,
                'relation': ref('stg_delivery__' ~ table.name),
                'earliest': column.name ~ ('_earliest' if is_partial else ''),
                'latest': column.name ~ ('_latest' if is_partial else ''),
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(dates) }}
{%- endmacro %}
