with
findings_dates as (
    select * from {{ ref('findings_dates') }}
),

findings_disease as (
    select * from {{ ref('findings_disease') }}
),

findings_patients as (
    select * from {{ ref('findings_patients') }}
),

findings_values as (
    select * from {{ ref('findings_values') }}
),

gate_rules as (
    select * from {{ ref('gate_rules') }}
),

found as (
    select * from findings_dates
    union all
    select * from findings_disease
    union all
    select * from findings_patients
    union all
    select * from findings_values
),

severities_given as (
    select
        found.rule_id,
        gate_rules.severity,
        found.table_name,
        found.file_line,
        found.source_record,
        found.patient_id,
        found.column_name,
        found.value_text,
        found.related_record,
        found.related_value,
        gate_rules.description,
        gate_rules.action
    from found
    left join gate_rules on found.rule_id = gate_rules.rule_id
)

select * from severities_given
