with
cohort as (
    select * from {{ ref('cohort') }}
    where is_included
),

patients as (
    select * from {{ ref('int_patients') }}
),

baseline as (
    select * from {{ ref('baseline_characteristics') }}
),

responses as (
    select * from {{ ref('responses') }}
    where response_window = 'two_cycles'
),

response_windows as (
    select * from {{ ref('response_windows') }}
    where response_window = 'two_cycles'
),

infusions as (
    select * from {{ ref('int_concurrent_therapies') }}
    where drug_class = 'lymphocyte_infusion'
),

-- A response is known on its day, the lack of one when the window has closed.
responded as (
    select
        responses.patient_id,
        cohort.disease_group,
        responses.is_mrd_evaluable,
        responses.mrd_response_date,
        responses.remission_date,
        cohort.index_date + response_windows.last_day as window_end_date
    from responses
    inner join cohort on responses.patient_id = cohort.patient_id
    cross join response_windows
),

levels_listed as (
    select
        patient_id,
        'mrd_response' as stratum_variable,
        case when mrd_response_date is not null then 'responder' else 'nonresponder' end
            as level,
        coalesce(mrd_response_date, window_end_date) as known_on
    from responded
    where is_mrd_evaluable
    union all
    select
        patient_id,
        'mrd_response_reported' as stratum_variable,
        case when mrd_response_date is not null then 'responder' else 'nonresponder' end
            as level,
        coalesce(mrd_response_date, window_end_date) as known_on
    from responded
    where disease_group = 'mrd_positive'
    union all
    select
        patient_id,
        'remission_response' as stratum_variable,
        case when remission_date is not null then 'responder' else 'nonresponder' end
            as level,
        coalesce(remission_date, window_end_date) as known_on
    from responded
    where disease_group = 'relapsed_refractory'
    union all
    select
        cohort.patient_id,
        'cr_number' as stratum_variable,
        baseline.cr_number as level,
        cohort.index_date as known_on
    from cohort
    inner join baseline on cohort.patient_id = baseline.patient_id
    where baseline.cr_number is not null
    union all
    select
        patient_id,
        'ph_status' as stratum_variable,
        ph_status as level,
        index_date as known_on
    from cohort
    union all
    select
        cohort.patient_id,
        'hsct_before_index' as stratum_variable,
        case when baseline.has_hsct_before_index then 'yes' else 'no' end as level,
        cohort.index_date as known_on
    from cohort
    inner join baseline on cohort.patient_id = baseline.patient_id
    where baseline.has_hsct_before_index is not null
    union all
    select
        cohort.patient_id,
        'marrow_blasts' as stratum_variable,
        case when baseline.marrow_blast_category = 'ge_50' then 'ge_50' else 'lt_50' end
            as level,
        cohort.index_date as known_on
    from cohort
    inner join baseline on cohort.patient_id = baseline.patient_id
    where baseline.marrow_blast_category <> 'unknown'
    union all
    select
        cohort.patient_id,
        'dli' as stratum_variable,
        case when infusions.patient_id is not null then 'yes' else 'no' end as level,
        coalesce(infusions.first_concurrent_date, patients.treatment_end_date)
            as known_on
    from cohort
    inner join patients on cohort.patient_id = patients.patient_id
    left join infusions on cohort.patient_id = infusions.patient_id
)

select * from levels_listed
