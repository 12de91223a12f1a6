{#-
  The tables of the delivery contract with their columns, in its order; without the
  manifest unless asked for. While dbt parses, the contract is not known yet: then the
  names that the plugin read there (`python/dbt_definitions.py`), with a key, a value and
  a date as most have, so that lineage is.
-#}
{% macro delivery_tables(with_manifest=false) -%}
    {%- set tables = [] -%}
    {%- if execute -%}
        {%- for source in graph.sources.values() if source.source_name == 'delivery' -%}
            {%- do tables.append(source) -%}
        {%- endfor -%}
    {%- else -%}
        {%- set columns = {
            'patient_id': {'name': 'patient_id', 'meta': {'type': 'text', 'key': true}},
            'value': {'name': 'value', 'meta': {'type': 'text'}},
            'on_date': {'name': 'on_date', 'meta': {'type': 'date', 'date_role': 'happened'}},
        } -%}
        {#- The linter reads of a loop what it writes for a few. -#}
        {%- set names = 'manifest,patients,diagnoses' if is_linted is defined
            else env_var('CONTRACT_TABLES') -%}
        {%- for name in names.split(',') -%}
            {%- do tables.append({'name': name, 'columns': columns}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(tables if with_manifest else tables[1:]) }}
{%- endmacro %}
