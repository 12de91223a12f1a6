{#-
  The records of a staging table that may be used: neither quarantined nor an exact copy.
  Whatever derives reads deliveries through this, and so waits for the verdict.

  | stg_delivery__relapses      | records_withheld      | accepted('relapses') |
  | relapses:2, relapses:3      | relapses:3 (collapsed)| relapses:2           |
-#}
{% macro accepted(table_name) -%}
    (
        select delivered.*
        from {{ ref('stg_delivery__' ~ table_name) }} as delivered
        left join {{ ref('records_withheld') }} as withheld
            on delivered.source_record = withheld.source_record
        where withheld.source_record is null
    )
{%- endmacro %}
