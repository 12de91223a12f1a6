with
patients as (
    select * from {{ ref('int_patients') }}
),

treatments as (
    select * from {{ ref('int_treatment_history') }}
),

remissions as (
    select * from {{ ref('int_remission_spells') }}
),

assessment_windows as (
    select * from {{ ref('assessment_windows') }}
    where assessment_window = 'mrd_samples'
),

mrd_categories as (
    select * from {{ ref('mrd_categories') }}
),

mrd_limits as (
    select
        max(case when mrd_limit = 'no_response' then fraction end)
            as no_response_fraction,
        max(case when mrd_limit = 'adequate_sensitivity' then fraction end)
            as adequate_sensitivity
    from {{ ref('mrd_limits') }}
),

mrd_assessments as (
    select * from {{ ref('stg_delivery__mrd_assessments') }}
    where disposition = 'accepted'
),

samples as (
    select
        mrd_assessments.patient_id,
        mrd_assessments.sample_date,
        mrd_assessments.technique,
        {{ days_between('treatments.index_date', 'mrd_assessments.sample_date') }}
            as day_number,
        patients.state_at_index,
        case
            when
                mrd_assessments.result = 'quantifiable'
                and mrd_assessments.mrd_level >= mrd_limits.no_response_fraction
                then 'no_response'
            when
                mrd_assessments.sensitivity is null
                or mrd_assessments.sensitivity > mrd_limits.adequate_sensitivity
                then null
            when mrd_assessments.result = 'undetectable' then 'complete_mrd_response'
            when
                mrd_assessments.result = 'below_quantifiable'
                or (
                    mrd_assessments.result = 'quantifiable'
                    and mrd_assessments.mrd_level < mrd_limits.no_response_fraction
                )
                then 'mrd_response'
        end as mrd_category,
        case
            when mrd_assessments.result = 'not_evaluable' then 'not_evaluable'
            when
                mrd_assessments.result = 'quantifiable'
                and mrd_assessments.mrd_level is null
                then 'level_missing'
            when
                mrd_assessments.result = 'quantifiable'
                and mrd_assessments.mrd_level >= mrd_limits.no_response_fraction
                then null
            when mrd_assessments.sensitivity is null then 'sensitivity_missing'
            when mrd_assessments.sensitivity > mrd_limits.adequate_sensitivity
                then 'sensitivity_inadequate'
        end as inadequate_reason,
        treatments.follow_up_end_date,
        treatments.response_cut_date,
        treatments.response_cut_reason,
        mrd_assessments.file_line,
        mrd_assessments.source_record
    from mrd_assessments
    cross join mrd_limits
    inner join patients on mrd_assessments.patient_id = patients.patient_id
    inner join treatments on mrd_assessments.patient_id = treatments.patient_id
    where mrd_assessments.sample_date <= patients.data_cutoff_date
),

-- With disease at index a sample counts from some days before the first day of each
-- remission.
samples_in_remission as (
    select distinct
        samples.patient_id,
        samples.sample_date
    from samples
    cross join assessment_windows
    inner join remissions
        on
            samples.patient_id = remissions.patient_id
            and samples.sample_date
            >= remissions.first_date - case
                when samples.state_at_index = 'with_disease'
                    then assessment_windows.days_before
                else 0
            end
            and samples.sample_date <= remissions.last_date
),

categorised as (
    select
        samples.patient_id,
        samples.sample_date,
        samples.technique,
        samples.day_number,
        samples.mrd_category,
        mrd_categories.precedence as category_precedence,
        mrd_categories.is_response,
        samples.inadequate_reason,
        samples_in_remission.patient_id is not null as is_in_remission,
        case
            when samples.day_number <= 0 then 'baseline'
            when samples.sample_date > samples.follow_up_end_date
                then 'after_follow_up'
            when samples.sample_date > samples.response_cut_date
                then samples.response_cut_reason
            when samples_in_remission.patient_id is null then 'not_in_remission'
            when samples.mrd_category is null then samples.inadequate_reason
        end as exclusion_reason,
        samples.file_line,
        samples.source_record
    from samples
    left join samples_in_remission
        on
            samples.patient_id = samples_in_remission.patient_id
            and samples.sample_date = samples_in_remission.sample_date
    left join mrd_categories on samples.mrd_category = mrd_categories.mrd_category
)

select * from categorised
