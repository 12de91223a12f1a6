-- Remission is assessed in all, MRD in the evaluable.
{{ config(materialized='view') }}

with

responses as (
    select * from {{ ref('responses') }}
),

outcomes_listed as (
    select
        patient_id,
        response_window,
        'remission' as assessment,
        coalesce(best_remission, 'not_gradable') as outcome
    from responses
    union all
    select
        patient_id,
        response_window,
        'mrd_evaluability' as assessment,
        case when is_mrd_evaluable then 'evaluable' else 'not_evaluable' end as outcome
    from responses
    union all
    select
        patient_id,
        response_window,
        'mrd' as assessment,
        mrd_response as outcome
    from responses
    where is_mrd_evaluable
)

select * from outcomes_listed
