-- A returned row is a response outside its window, or a response or a transplant that
-- the times to event tell otherwise, with the claim that it breaks (P8-P12, P24-P26).
with
cohort as (
    select * from {{ ref('cohort') }}
    where is_included
),

responses as (
    select * from {{ ref('responses') }}
),

response_windows as (
    select * from {{ ref('response_windows') }}
),

treatments as (
    select * from {{ ref('int_treatment_history') }}
),

transplant_outcomes as (
    select * from {{ ref('transplant_outcomes') }}
),

time_to_event as (
    select * from {{ ref('time_to_event') }}
    where is_evaluable and censoring_rule = 'standard'
),

endpoint_events as (
    select * from {{ ref('endpoint_events') }}
),

from_remission as (
    select
        time_to_event.patient_id,
        time_to_event.origin_date
    from time_to_event
    inner join endpoint_events
        on
            time_to_event.endpoint = endpoint_events.endpoint
            and endpoint_events.role = 'origin'
            and endpoint_events.event_type = 'remission_response'
),

-- Non-relapse mortality that starts with the transplant, of who is in its state then.
nrm_endpoints as (
    select
        endpoint_events.endpoint,
        endpoint_events.required_state
    from endpoint_events
    inner join {{ ref('endpoints') }} as endpoints
        on endpoint_events.endpoint = endpoints.endpoint
    where
        endpoints.is_non_relapse_mortality
        and endpoint_events.role = 'origin'
        and endpoint_events.event_type = 'hsct'
),

nrm as (
    select
        cohort.patient_id,
        nrm_endpoints.required_state,
        time_to_event.patient_id is not null as is_evaluable,
        time_to_event.origin_date
    from cohort
    cross join nrm_endpoints
    left join time_to_event
        on
            cohort.patient_id = time_to_event.patient_id
            and nrm_endpoints.endpoint = time_to_event.endpoint
),

-- From a response to the transplant, with nothing between but death and other therapy.
straight_to_hsct as (
    select endpoint
    from endpoint_events
    group by endpoint
    having
        sum(case when role = 'origin' and event_type = 'first_response' then 1 end) = 1
        and sum(case when status = 1 and event_type = 'hsct' then 1 end) = 1
        and sum(case when status = 0 and event_type = 'cytotoxic_therapy' then 1 end)
        = 1
        and count(case when status = 2 and event_type = 'death' then 1 end) + 3
        = count(*)
),

to_hsct as (
    select
        time_to_event.patient_id,
        time_to_event.status,
        time_to_event.end_date
    from time_to_event
    inner join straight_to_hsct on time_to_event.endpoint = straight_to_hsct.endpoint
),

longer_windows as (
    select
        responses.patient_id,
        response_windows.last_day,
        responses.remission_date,
        responses.mrd_response_date,
        responses.is_mrd_evaluable
    from responses
    inner join response_windows
        on
            responses.response_window = response_windows.response_window
            and response_windows.is_default
),

responses_placed as (
    select
        responses.patient_id,
        responses.response_window,
        responses.best_remission,
        responses.mrd_response,
        responses.is_mrd_evaluable,
        responses.remission_date,
        responses.best_remission_date,
        responses.mrd_response_date,
        responses.mrd_response_lost_date,
        cohort.index_date + response_windows.first_day as first_date,
        least(
            cohort.index_date + response_windows.last_day,
            cohort.follow_up_end_date,
            treatments.response_cut_date
        ) as last_date,
        response_windows.last_day <= longer_windows.last_day as is_in_longer_window,
        longer_windows.remission_date as longer_remission_date,
        longer_windows.mrd_response_date as longer_mrd_response_date,
        longer_windows.is_mrd_evaluable as is_longer_mrd_evaluable,
        from_remission.origin_date as remission_origin_date
    from responses
    inner join cohort on responses.patient_id = cohort.patient_id
    inner join response_windows
        on responses.response_window = response_windows.response_window
    inner join treatments on responses.patient_id = treatments.patient_id
    inner join longer_windows on responses.patient_id = longer_windows.patient_id
    left join from_remission on responses.patient_id = from_remission.patient_id
),

responses_checked as (
    select
        patient_id,
        case
            when
                least(remission_date, best_remission_date, mrd_response_date)
                < first_date
                or greatest(
                    remission_date, best_remission_date, mrd_response_lost_date
                ) > last_date
                then 'a response lies in its window, and before it is cut'
            when
                (remission_date is not null)
                <> coalesce(best_remission in ('cr', 'crh', 'cri'), false)
                or (remission_date is null) <> (best_remission_date is null)
                then 'a remission has its days'
            when best_remission_date < remission_date
                then 'the best remission is not before the first'
            when is_mrd_evaluable <> (mrd_response is not null)
                then 'the evaluable, and only they, have a category'
            when
                (mrd_response_date is not null)
                <> coalesce(
                    mrd_response in ('complete_mrd_response', 'mrd_response'), false
                )
                then 'an MRD response has its day'
            when mrd_response_lost_date <= mrd_response_date
                then 'a response is lost after it came'
            when
                is_in_longer_window
                and (
                    remission_date <> longer_remission_date
                    or (
                        remission_date is not null
                        and longer_remission_date is null
                    )
                    or mrd_response_date <> longer_mrd_response_date
                    or (is_mrd_evaluable and not is_longer_mrd_evaluable)
                )
                then 'what came in a window came in the longer one'
            when
                remission_origin_date <> longer_remission_date
                or (
                    remission_origin_date is not null
                    and longer_remission_date is null
                )
                then 'a clock of the first remission starts on its day'
        end as claim_broken
    from responses_placed
),

responses_counted as (
    select
        cohort.patient_id,
        'every included patient has each window' as claim_broken
    from cohort
    cross join response_windows
    left join responses
        on
            cohort.patient_id = responses.patient_id
            and response_windows.response_window = responses.response_window
    where responses.patient_id is null
),

transplants_checked as (
    select
        cohort.patient_id,
        case
            when transplant_outcomes.patient_id is null
                then 'every included patient has a transplant outcome'
            when
                transplant_outcomes.is_nrm_evaluable <> nrm.is_evaluable
                or nrm.origin_date <> transplant_outcomes.hsct_date
                or (
                    nrm.is_evaluable
                    and transplant_outcomes.hsct_date is null
                )
                then 'non-relapse mortality starts with the transplant'
            when
                nrm.required_state = 'in_remission'
                and transplant_outcomes.is_nrm_evaluable
                and not transplant_outcomes.is_in_remission_at_hsct
                then 'the evaluable are in remission on the day of transplant'
            when
                (transplant_outcomes.has_response_before_hsct is null)
                <> (transplant_outcomes.hsct_date is null)
                then 'a transplant came after a response or not'
            when
                to_hsct.patient_id is not null
                and (to_hsct.status = 1) <> coalesce(
                    transplant_outcomes.has_response_before_hsct
                    and not transplant_outcomes.has_cytotoxic_between,
                    false
                )
                then 'a responder who goes straight to transplant is an event'
            when
                to_hsct.status = 1
                and to_hsct.end_date <> transplant_outcomes.hsct_date
                then 'the time to transplant ends with it'
        end as claim_broken
    from cohort
    left join transplant_outcomes on cohort.patient_id = transplant_outcomes.patient_id
    left join nrm on cohort.patient_id = nrm.patient_id
    left join to_hsct on cohort.patient_id = to_hsct.patient_id
),

claims_checked as (
    select * from responses_checked
    union all
    select * from responses_counted
    union all
    select * from transplants_checked
)

select * from claims_checked
where claim_broken is not null
