with
delivered as (
    select * from {{ source('delivery', 'patients') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_text('site_id') }} as site_id,
        {{ parse_text('country') }} as country,
        {{ parse_text('sex') }} as sex,
        {{ parse_date('birth_date') }} as birth_date,
        {{ parse_date_earliest('birth_date') }} as birth_date_earliest,
        {{ parse_date_latest('birth_date') }} as birth_date_latest,
        {{ parse_text('consent') }} as consent,
        {{ parse_text('record_available') }} as record_available,
        file_line,
        {{ source_record('patients') }} as source_record
    from delivered
)

select * from parsed
