with
cohort as (
    select * from {{ ref('int_cohort') }}
    where is_included
),

treatments as (
    select * from {{ ref('int_treatment_history') }}
),

remissions as (
    select * from {{ ref('int_remission_spells') }}
),

first_responses as (
    select * from {{ ref('int_patient_timeline') }}
    where event_type = 'first_response'
),

endpoints as (
    select * from {{ ref('endpoints') }}
    where is_non_relapse_mortality
),

nrm as (
    select
        time_to_event.patient_id,
        time_to_event.not_evaluable_reason,
        time_to_event.is_evaluable
    from {{ ref('time_to_event') }} as time_to_event
    inner join endpoints on time_to_event.endpoint = endpoints.endpoint
    where time_to_event.censoring_rule = 'standard'
),

remissions_at_hsct as (
    select distinct treatments.patient_id
    from treatments
    inner join remissions
        on
            treatments.patient_id = remissions.patient_id
            and treatments.hsct_date between
            remissions.first_date and remissions.last_date
),

-- Therapy in between starts on or after the day of the response and before the HSCT.
outcomes as (
    select
        cohort.patient_id,
        treatments.hsct_record,
        nrm.not_evaluable_reason as nrm_not_evaluable_reason,
        case when treatments.hsct_date is not null
                then coalesce(first_responses.event_date <= treatments.hsct_date, false)
        end as has_response_before_hsct,
        case when first_responses.event_date <= treatments.hsct_date
                then coalesce(
                        treatments.cytotoxic_date >= first_responses.event_date
                        and treatments.cytotoxic_date < treatments.hsct_date,
                        false
                    )
        end as has_cytotoxic_between,
        case when treatments.hsct_date is not null
                then remissions_at_hsct.patient_id is not null
        end as is_in_remission_at_hsct,
        coalesce(nrm.is_evaluable, false) as is_nrm_evaluable,
        treatments.is_hsct_date_missing,
        treatments.hsct_date,
        first_responses.event_date as response_date
    from cohort
    inner join treatments on cohort.patient_id = treatments.patient_id
    left join nrm on cohort.patient_id = nrm.patient_id
    left join first_responses on cohort.patient_id = first_responses.patient_id
    left join remissions_at_hsct on cohort.patient_id = remissions_at_hsct.patient_id
)

select * from outcomes
