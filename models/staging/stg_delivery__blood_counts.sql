with
delivered as (
    select * from {{ source('delivery', 'blood_counts') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_date('sample_date') }} as sample_date,
        {{ parse_number('platelets_giga_per_l') }} as platelets_giga_per_l,
        {{ parse_number('neutrophils_giga_per_l') }} as neutrophils_giga_per_l,
        file_line,
        {{ source_record('blood_counts') }} as source_record
    from delivered
)

select * from parsed
