{#-
  The records of a staging table that may be used: neither quarantined nor an exact copy,
  and of a delivery that the gate let pass. Whatever derives reads deliveries through
  this, and so waits for the verdict.

  | stg_delivery__relapses      | records_withheld      | accepted('relapses') |
  | relapses:2, relapses:3      | relapses:3 (collapsed)| relapses:2           |
-#}
{% macro accepted(table_name) -%}
    {{ return(records_without(table_name, 'records_withheld')) }}
{%- endmacro %}

{#- The records whose values the gate trusts while it judges them. -#}
{% macro trusted(table_name) -%}
    {{ return(records_without(table_name, 'records_set_aside')) }}
{%- endmacro %}

{% macro records_without(table_name, left_out) -%}
    (
        select delivered.*
        from {{ ref('stg_delivery__' ~ table_name) }} as delivered
        left join {{ ref(left_out) }} as left_out
            on delivered.source_record = left_out.source_record
        where left_out.source_record is null
    )
{%- endmacro %}
