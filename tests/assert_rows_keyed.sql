-- A returned row is a key of a staged row, a finding, an intermediate row or a change
-- that is NULL in part or stands more than once, where a second would count twice.
{%- set finding = [
    'rule_id',
    'table_name',
    "coalesce(source_record, '')",
    "coalesce(column_name, '')",
    "coalesce(related_record, '')",
    "case when source_record is null then coalesce(value_text, '') else '' end",
] %}
{%- set keys = {
    'date_order_conflicts': ['rule_id', 'earlier_name', 'later_name', 'patient_id'],
    'findings': finding,
    'derivation_findings': finding,
    'int_remission_assessments': ['patient_id', 'assessment_date'],
    'int_concurrent_therapies': ['patient_id', 'drug_class', 'drug'],
    'int_dated_events': ['event_type', 'source_record'],
    'int_unresolved_events': ['patient_id', 'event_type', 'doubt'],
    'int_patient_timeline': ['patient_id', 'event_type', 'event_date'],
    'int_extramedullary_at_index': ['patient_id', 'site'],
    'int_follow_up': ['patient_id'],
    'int_mrd_assessments': ['patient_id', 'sample_date', 'technique'],
    'int_patients': ['patient_id'],
    'int_eligibility': ['patient_id', 'step'],
    'int_last_records': ['patient_id'],
    'int_remission_spells': ['patient_id', 'remission_number'],
    'int_salvage_lines': ['patient_id', 'line_number'],
    'int_treatment_history': ['patient_id'],
    'failure_causes': ['rule_id', 'table_name', "coalesce(column_name, '')"],
    'gate_failures': [
        'expectation_id', 'table_name', "coalesce(column_name, '')"
    ],
    'patient_changes': ['patient_id', 'mart', 'mart_key', 'mart_column'],
    'quarantine_causes': [
        'rule_id',
        'table_name',
        "coalesce(column_name, '')",
        "coalesce(detail, '')",
        'repair',
    ],
    'record_changes': ['table_name', 'record_key', 'version', 'column_name'],
    'record_dispositions': ['source_record', "coalesce(patient_id, '')"],
    'result_changes': ['mart', 'mart_key', 'mart_column'],
    'result_history': ['build_id', 'mart', 'mart_key', 'mart_column'],
    'spellings_alike': ['kind', 'spelling'],
    'stg_delivery__manifest': ['source_record'],
    'verdict': ['delivery_id'],
} %}
{%- for table in delivery_tables() %}
{%- do keys.update({'stg_delivery__' ~ table.name: ['source_record']}) %}
{%- endfor %}
with
keys_doubled as (
    {%- for model, columns in keys.items() %}
    {{- '\n    union all' if not loop.first }}
    select
        '{{ model }}' as model,
        cast({{ columns | join(" as string) || ' ' || cast(") }} as string) as row_key,
        count(*) as n_rows
    from {{ ref(model) }}
    group by {{ columns | join(', ') }}
    having count(*) > 1 or {{ columns | join(' is null or ') }} is null
    {%- endfor %}
)

select * from keys_doubled
