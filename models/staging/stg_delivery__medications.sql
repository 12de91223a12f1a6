with
delivered as (
    select * from {{ source('delivery', 'medications') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_text('drug') }} as drug,
        {{ parse_date('start_date') }} as start_date,
        {{ parse_date_earliest('start_date') }} as start_date_earliest,
        {{ parse_date_latest('start_date') }} as start_date_latest,
        {{ parse_text('drug_class') }} as drug_class,
        {{ parse_date('end_date') }} as end_date,
        {{ parse_date_earliest('end_date') }} as end_date_earliest,
        {{ parse_date_latest('end_date') }} as end_date_latest,
        file_line,
        {{ source_record('medications') }} as source_record
    from delivered
)

select * from parsed
