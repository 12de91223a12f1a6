with
patients as (
    select * from {{ ref('int_patients') }}
    where index_date is not null
),

judged as (
{{ extramedullary_status('patients', ['patient_id'], 'index_date') }}
)

select * from judged
