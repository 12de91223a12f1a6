with
patients as (
    select * from {{ ref('stg_delivery__patients') }}
    where disposition = 'accepted'
),

cycles as (
    select * from {{ ref('stg_delivery__treatment_cycles') }}
    where disposition = 'accepted'
),

medications as (
    select * from {{ ref('stg_delivery__medications') }}
    where disposition = 'accepted'
),

spellings_alike as (
    select * from {{ ref('spellings_alike') }}
),

index_rules as (
    select * from {{ ref('index_rules') }}
),

study_parameters as (
    select * from {{ ref('study_parameters') }}
),

files as (
    select * from {{ source('reading', 'files') }}
),

indexed as (
    select
        patient_id,
        min(start_date) as index_date
    from {{ ref('index_records') }}
    group by patient_id
),

-- A cycle decides where no record that makes an index date comes as early.
cycles_alike as (
    select
        cycles.file_line,
        cycles.source_record,
        cycles.patient_id,
        cycles.drug,
        spellings_alike.spelling_meant,
        spellings_alike.is_index_drug
        and coalesce(
            {{ is_listed('cycles.access_program', parameter('access_program')) }}, true
        )
        and coalesce(indexed.index_date > cycles.start_date, true) as is_decisive
    from cycles
    inner join spellings_alike
        on
            spellings_alike.kind = 'drug'
            and cycles.drug = spellings_alike.spelling
    left join indexed on cycles.patient_id = indexed.patient_id
),

indexing_counted as (
    select
        max(index_rules.table_name) as table_name,
        max(index_rules.column_name) as column_name,
        sum(files.n_records) as n_records
    from index_rules
    inner join files on index_rules.table_name = files.table_name
),

nobody_indexed as (
    select
        indexing_counted.table_name,
        indexing_counted.column_name
    from indexing_counted
    left join indexed on true
    where indexing_counted.n_records > 0 and indexed.patient_id is null
),

found as (
    select
        case
            when is_decisive then 'index_drug_misspelled'
            else 'drug_spelled_otherwise'
        end as rule_id,
        'treatment_cycles' as table_name,
        file_line,
        source_record,
        patient_id,
        'drug' as column_name,
        drug as value_text,
        spelling_meant as related_value
    from cycles_alike
    union all
    select
        'drug_spelled_otherwise' as rule_id,
        'medications' as table_name,
        medications.file_line,
        medications.source_record,
        medications.patient_id,
        'drug' as column_name,
        medications.drug as value_text,
        spellings_alike.spelling_meant as related_value
    from medications
    inner join spellings_alike
        on
            spellings_alike.kind = 'drug'
            and medications.drug = spellings_alike.spelling
    union all
    select
        'site_spelled_otherwise' as rule_id,
        'patients' as table_name,
        patients.file_line,
        patients.source_record,
        patients.patient_id,
        'site_id' as column_name,
        patients.site_id as value_text,
        spellings_alike.spelling_meant as related_value
    from patients
    inner join spellings_alike
        on
            spellings_alike.kind = 'site'
            and patients.site_id = spellings_alike.spelling
    union all
    select
        'index_absent' as rule_id,
        table_name,
        cast(null as bigint) as file_line,
        cast(null as string) as source_record,
        cast(null as string) as patient_id,
        cast(null as string) as column_name,
        cast(null as string) as value_text,
        cast(null as string) as related_value
    from nobody_indexed
),

detailed as (
    select
        rule_id,
        table_name,
        file_line,
        source_record,
        patient_id,
        column_name,
        value_text,
        cast(null as string) as related_record,
        related_value,
        'taken for '
        || {{ printable('related_value', "'the spelling of most records'") }} as detail
    from found
)

select * from detailed
