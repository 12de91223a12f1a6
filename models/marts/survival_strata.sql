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
),

response_windows as (
    select * from {{ ref('response_windows') }}
),

groupings as (
    select * from {{ ref('groupings') }}
),

infusions as (
    select * from {{ ref('int_concurrent_therapies') }}
    where drug_class = 'lymphocyte_infusion'
),

-- A response is known on its day, the lack of one when the window has closed. Before
-- that a patient assessed by then has no response so far.
responded as (
    select
        responses.patient_id,
        groupings.stratum_variable,
        groupings.level_before,
        cohort.disease_group,
        responses.is_mrd_evaluable,
        responses.mrd_evaluable_date,
        responses.mrd_response_date,
        responses.remission_date,
        cohort.index_date,
        cohort.index_date + response_windows.last_day as window_end_date
    from responses
    inner join cohort on responses.patient_id = cohort.patient_id
    inner join response_windows
        on responses.response_window = response_windows.response_window
    inner join groupings on responses.response_window = groupings.response_window
),

responses_listed as (
    select
        patient_id,
        stratum_variable,
        mrd_response_date as response_date,
        window_end_date,
        level_before,
        mrd_evaluable_date as level_before_on
    from responded
    where stratum_variable = 'mrd_response' and is_mrd_evaluable
    union all
    select
        patient_id,
        stratum_variable,
        mrd_response_date as response_date,
        window_end_date,
        level_before,
        index_date as level_before_on
    from responded
    where
        stratum_variable = 'mrd_response_reported'
        and disease_group = 'mrd_positive'
    union all
    select
        patient_id,
        stratum_variable,
        remission_date as response_date,
        window_end_date,
        level_before,
        index_date as level_before_on
    from responded
    where
        stratum_variable = 'remission_response'
        and disease_group = 'relapsed_refractory'
),

levels_listed as (
    select
        patient_id,
        stratum_variable,
        case when response_date is not null then 'responder' else 'nonresponder' end
            as level,
        coalesce(response_date, window_end_date) as known_on,
        level_before,
        level_before_on
    from responses_listed
    union all
    select
        cohort.patient_id,
        'cr_number' as stratum_variable,
        baseline.cr_number as level,
        cohort.index_date as known_on,
        cast(null as string) as level_before,
        cast(null as date) as level_before_on
    from cohort
    inner join baseline on cohort.patient_id = baseline.patient_id
    where baseline.cr_number is not null
    union all
    select
        patient_id,
        'ph_status' as stratum_variable,
        ph_status as level,
        index_date as known_on,
        cast(null as string) as level_before,
        cast(null as date) as level_before_on
    from cohort
    union all
    select
        cohort.patient_id,
        'hsct_before_index' as stratum_variable,
        case when baseline.has_hsct_before_index then 'yes' else 'no' end as level,
        cohort.index_date as known_on,
        cast(null as string) as level_before,
        cast(null as date) as level_before_on
    from cohort
    inner join baseline on cohort.patient_id = baseline.patient_id
    where baseline.has_hsct_before_index is not null
    union all
    select
        cohort.patient_id,
        'marrow_blasts' as stratum_variable,
        case when baseline.marrow_blast_category = 'ge_50' then 'ge_50' else 'lt_50' end
            as level,
        cohort.index_date as known_on,
        cast(null as string) as level_before,
        cast(null as date) as level_before_on
    from cohort
    inner join baseline on cohort.patient_id = baseline.patient_id
    where baseline.marrow_blast_category <> 'unknown'
    union all
    select
        cohort.patient_id,
        'dli' as stratum_variable,
        case when infusions.patient_id is not null then 'yes' else 'no' end as level,
        coalesce(infusions.first_concurrent_date, patients.treatment_end_date)
            as known_on,
        cast(null as string) as level_before,
        cast(null as date) as level_before_on
    from cohort
    inner join patients on cohort.patient_id = patients.patient_id
    left join infusions on cohort.patient_id = infusions.patient_id
)

select * from levels_listed
