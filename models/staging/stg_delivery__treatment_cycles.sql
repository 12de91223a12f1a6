with
delivered as (
    select * from {{ source('delivery', 'treatment_cycles') }}
),

parsed as (
    select
        {{ parse_text('patient_id') }} as patient_id,
        {{ parse_text('drug') }} as drug,
        {{ parse_int('cycle_number') }} as cycle_number,
        {{ parse_text('access_program') }} as access_program,
        {{ parse_date('start_date') }} as start_date,
        {{ parse_date('end_date') }} as end_date,
        file_line,
        {{ source_record('treatment_cycles') }} as source_record
    from delivered
)

select * from parsed
