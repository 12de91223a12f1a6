-- The rules of `index_rules` on every record that may make an index date: a record
-- makes one where each column that its table's rules name holds a value that the
-- rule's parameter lists.
{%- set tables = index_tables() %}
with
index_rules as (
    select * from {{ ref('index_rules') }}
),

study_parameters as (
    select * from {{ ref('study_parameters') }}
),

cells_listed as (
    {%- for table, of_table in tables.items() %}
    {%- set last_table = loop.last %}
    {%- for column in of_table.columns %}
    select
        '{{ table }}' as table_name,
        '{{ column }}' as column_name,
        patient_id,
        {{ column }} as value,
        {{ of_table.starts }} as start_date,
        cast({{ of_table.ends or 'null' }} as date) as end_date,
        cast({{ of_table.number or 'null' }} as int) as record_number,
        source_record
    from {{ ref('stg_delivery__' ~ table) }}
    where disposition = 'accepted' and {{ of_table.starts }} is not null
    {{- '\n    union all' if not (loop.last and last_table) }}
    {%- endfor %}
    {%- endfor %}
),

rules_counted as (
    select
        table_name,
        count(*) as n_rules
    from index_rules
    group by table_name
),

rules_met as (
    select
        cells_listed.table_name,
        cells_listed.source_record,
        cells_listed.patient_id,
        cells_listed.start_date,
        cells_listed.end_date,
        cells_listed.record_number,
        count(*) as n_met
    from cells_listed
    inner join index_rules
        on
            cells_listed.table_name = index_rules.table_name
            and cells_listed.column_name = index_rules.column_name
    inner join study_parameters
        on
            index_rules.parameter = study_parameters.parameter
            and {{ is_listed('cells_listed.value', 'study_parameters.value') }}
    group by
        cells_listed.table_name,
        cells_listed.source_record,
        cells_listed.patient_id,
        cells_listed.start_date,
        cells_listed.end_date,
        cells_listed.record_number
),

records_matched as (
    select
        rules_met.table_name,
        rules_met.source_record,
        rules_met.patient_id,
        rules_met.record_number,
        rules_met.start_date,
        rules_met.end_date
    from rules_met
    inner join rules_counted
        on
            rules_met.table_name = rules_counted.table_name
            and rules_met.n_met = rules_counted.n_rules
)

select * from records_matched
