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

findings_spellings as (
    select * from {{ ref('findings_spellings') }}
),

findings_units as (
    select * from {{ ref('findings_units') }}
),

findings_values as (
    select * from {{ ref('findings_values') }}
),

gate_rules as (
    select * from {{ ref('gate_rules') }}
),

found as (
    select
        *,
        case
            when rule_id = 'first_of_january_in_bulk'
                then value_text || ' of ' || related_value || ' dates'
        end as detail
    from findings_dates
    union all
    select
        *,
        cast(null as string) as detail
    from findings_disease
    union all
    select
        *,
        cast(null as string) as detail
    from findings_patients
    union all
    select
        *,
        cast(null as string) as detail
    from findings_values
    union all
    select * from findings_spellings
    union all
    select * from findings_units
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
        found.detail,
        gate_rules.description,
        gate_rules.action
    from found
    left join gate_rules on found.rule_id = gate_rules.rule_id
)

select * from severities_given
