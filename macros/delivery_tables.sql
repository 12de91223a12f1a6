{#-
  The tables of the delivery contract with their columns, in its order; without the
  manifest unless asked for. While dbt parses, the contract is not known yet: then
  their names, with a key, a value and a date as most have, so that lineage is.
-#}
{% macro delivery_tables(with_manifest=false) -%}
    {%- set names = [
        'manifest',
        'patients',
        'diagnoses',
        'genetic_findings',
        'therapy_lines',
        'disease_status',
        'treatment_cycles',
        'marrow_assessments',
        'blood_counts',
        'extramedullary_assessments',
        'mrd_assessments',
        'relapses',
        'transplants',
        'lymphocyte_infusions',
        'medications',
        'engraftments',
        'adverse_events',
        'follow_up',
        'query_answers',
    ] -%}
    {#- The linter reads of a loop what it writes for a few. -#}
    {%- set names = names[:3] if is_linted is defined else names -%}
    {%- set tables = [] -%}
    {%- if execute -%}
        {%- for source in graph.sources.values() if source.source_name == 'delivery' -%}
            {%- do tables.append(source) -%}
        {%- endfor -%}
        {%- if tables | map(attribute='name') | list != names -%}
            {%- do exceptions.raise_compiler_error(
                'macros/delivery_tables.sql lists other tables than the contract'
            ) -%}
        {%- endif -%}
    {%- else -%}
        {%- set columns = {
            'patient_id': {'name': 'patient_id', 'meta': {'type': 'text', 'key': true}},
            'value': {'name': 'value', 'meta': {'type': 'text'}},
            'on_date': {'name': 'on_date', 'meta': {'type': 'date', 'date_role': 'happened'}},
        } -%}
        {%- for name in names -%}
            {%- do tables.append({'name': name, 'columns': columns}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(tables if with_manifest else tables[1:]) }}
{%- endmacro %}
