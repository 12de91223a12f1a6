with
controlled_terms as (
    select * from {{ ref('controlled_terms') }}
),

malformed_records as (
    select * from {{ source('reading', 'malformed_records') }}
),

records_duplicated as (
    select * from {{ ref('records_duplicated') }}
),

malformed_patients as (
    select * from {{ source('reading', 'malformed_patients') }}
),

patients_delivered as (
    select {{ parse_text('patient_id') }} as patient_id
    from {{ source('delivery', 'patients') }}
    where {{ parse_text('patient_id') }} is not null
    union
    select patient_id
    from malformed_patients
    where table_name = 'patients'
),

{#- Whose patient is missing is told by the contract, and is not unknown. -#}
{%- set patient_unknown -%}
    case
        when not coalesce(
            patient_id in (select known.patient_id from patients_delivered as known),
            patient_id is null
        ) then 'patient_unknown'
    end
{%- endset %}

cells_found as (
    {%- set cells = [] %}
    {%- for table in delivery_tables() %}
    {%- for column in table.columns.values() %}
    {{- '\n    union all' if cells }}
    {%- do cells.append(column.name) %}
    {{ flag_cells(table.name, column.name, contract_violation(column)) }}
    {%- endfor %}
    {%- if table.name != 'patients' %}
    union all
    {{ flag_cells(table.name, 'patient_id', patient_unknown) }}
    {%- endif %}
    {%- endfor %}
),

-- A malformed record keeps whoever it may belong to from being event-free.
malformed_of_known as (
    select malformed_patients.*
    from malformed_patients
    inner join patients_delivered
        on malformed_patients.patient_id = patients_delivered.patient_id
),

faults_found as (
    select
        table_name,
        file_line,
        patient_id,
        column_name,
        value_text as raw_text,
        rule_id
    from cells_found
    union all
    select
        table_name,
        file_line,
        patient_id,
        cast(null as string) as column_name,
        cast(null as string) as raw_text,
        'key_doubled' as rule_id
    from records_duplicated
    where copy_number = 1 and n_versions > 1
    union all
    select
        malformed_records.table_name,
        malformed_records.file_line,
        malformed_of_known.patient_id,
        cast(null as string) as column_name,
        malformed_records.raw_text,
        'record_malformed' as rule_id
    from malformed_records
    left join malformed_of_known
        on
            malformed_records.table_name = malformed_of_known.table_name
            and malformed_records.file_line = malformed_of_known.file_line
),

-- A header among the records is told as one, and not by what it is no value of.
headers_repeated as (
    select
        table_name,
        file_line
    from cells_found
    where rule_id = 'header_repeated'
),

-- An exact copy is collapsed into the row it repeats, whatever that row meets.
quarantined as (
    select
        faults_found.table_name,
        faults_found.file_line,
        faults_found.table_name || ':' || cast(faults_found.file_line as string)
            as source_record,
        faults_found.patient_id,
        faults_found.column_name,
        faults_found.raw_text,
        faults_found.rule_id
    from faults_found
    left join records_duplicated
        on
            faults_found.table_name = records_duplicated.table_name
            and faults_found.file_line = records_duplicated.file_line
            and records_duplicated.copy_number > 1
    left join headers_repeated
        on
            faults_found.table_name = headers_repeated.table_name
            and faults_found.file_line = headers_repeated.file_line
    where
        records_duplicated.file_line is null
        and (
            faults_found.rule_id = 'header_repeated'
            or headers_repeated.file_line is null
        )
)

select * from quarantined
