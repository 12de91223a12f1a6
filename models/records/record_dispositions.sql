with
quarantine as (
    select * from {{ ref('quarantine') }}
),

records_duplicated as (
    select * from {{ ref('records_duplicated') }}
),

withheld as (
    select
        table_name,
        file_line,
        source_record,
        patient_id,
        'collapsed' as disposition
    from records_duplicated
    where copy_number > 1
    union all
    select distinct
        table_name,
        file_line,
        source_record,
        patient_id,
        'quarantined' as disposition
    from quarantine
)

select * from withheld
