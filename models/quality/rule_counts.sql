with
gate_rules as (
    select * from {{ ref('gate_rules') }}
    where stage in ('quarantine', 'finding')
),

files as (
    select * from {{ source('reading', 'files') }}
),

findings as (
    select * from {{ ref('findings') }}
),

quarantine as (
    select * from {{ ref('quarantine') }}
),

records_found as (
    select
        rule_id,
        table_name,
        coalesce(source_record, table_name) as source_record
    from findings
    union all
    select
        rule_id,
        table_name,
        source_record
    from quarantine
),

found_counted as (
    select
        rule_id,
        table_name,
        count(distinct source_record) as n_records
    from records_found
    group by rule_id, table_name
),

-- A rule that found nothing in a file is counted, too: nothing is judged by absence.
counted as (
    select
        gate_rules.rule_id,
        gate_rules.severity,
        files.table_name,
        coalesce(found_counted.n_records, 0) as n_records
    from gate_rules
    cross join files
    left join found_counted
        on
            gate_rules.rule_id = found_counted.rule_id
            and files.table_name = found_counted.table_name
)

select * from counted
