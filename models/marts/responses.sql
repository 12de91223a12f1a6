with
cohort as (
    select * from {{ ref('int_cohort') }}
    where is_included
),

patients as (
    select * from {{ ref('int_patients') }}
),

response_windows as (
    select * from {{ ref('response_windows') }}
),

disease_statuses as (
    select * from {{ ref('disease_statuses') }}
),

assessments as (
    select * from {{ ref('int_remission_assessments') }}
),

samples as (
    select * from {{ ref('int_mrd_assessments') }}
),

patient_windows as (
    select
        cohort.patient_id,
        patients.state_at_index,
        patients.disease_status,
        response_windows.response_window,
        response_windows.first_day,
        response_windows.last_day
    from cohort
    inner join patients on cohort.patient_id = patients.patient_id
    cross join response_windows
),

assessments_windowed as (
    select
        patient_windows.patient_id,
        patient_windows.response_window,
        assessments.assessment_date,
        assessments.grade,
        assessments.grade_precedence,
        assessments.source_record,
        row_number() over (
            partition by patient_windows.patient_id, patient_windows.response_window
            order by
                assessments.grade_precedence nulls last, assessments.assessment_date
        ) as rank_by_grade
    from patient_windows
    inner join assessments
        on
            patient_windows.patient_id = assessments.patient_id
            and assessments.day_number between
            patient_windows.first_day and patient_windows.last_day
    where assessments.exclusion_reason is null and assessments.grade is not null
),

remissions_found as (
    select
        patient_id,
        response_window,
        max(case when rank_by_grade = 1 then grade end) as best_remission,
        min(case when grade_precedence is not null then assessment_date end)
            as remission_date,
        max(
            case
                when rank_by_grade = 1 and grade_precedence is not null
                    then assessment_date
            end
        ) as best_remission_date,
        max(case when rank_by_grade = 1 then source_record end) as best_remission_record
    from assessments_windowed
    group by patient_id, response_window
),

samples_windowed as (
    select
        patient_windows.patient_id,
        patient_windows.response_window,
        samples.sample_date,
        samples.mrd_category,
        samples.is_response,
        samples.source_record,
        row_number() over (
            partition by patient_windows.patient_id, patient_windows.response_window
            order by
                samples.category_precedence, samples.sample_date, samples.file_line
        ) as rank_by_category
    from patient_windows
    inner join samples
        on
            patient_windows.patient_id = samples.patient_id
            and samples.day_number between
            patient_windows.first_day and patient_windows.last_day
    where samples.exclusion_reason is null
),

mrd_found as (
    select
        patient_id,
        response_window,
        max(case when rank_by_category = 1 then mrd_category end) as best_category,
        max(case when rank_by_category = 1 then source_record end) as best_mrd_record,
        min(sample_date) as first_sample_date,
        min(case when is_response then sample_date end) as mrd_response_date
    from samples_windowed
    group by patient_id, response_window
),

mrd_lost as (
    select
        samples_windowed.patient_id,
        samples_windowed.response_window,
        min(samples_windowed.sample_date) as mrd_response_lost_date
    from samples_windowed
    inner join mrd_found
        on
            samples_windowed.patient_id = mrd_found.patient_id
            and samples_windowed.response_window = mrd_found.response_window
            and samples_windowed.sample_date > mrd_found.mrd_response_date
    where not samples_windowed.is_response
    group by samples_windowed.patient_id, samples_windowed.response_window
),

responded_before as (
    select distinct patient_id
    from samples
    where day_number <= 0 and is_response
),

responded as (
    select
        patient_windows.patient_id,
        patient_windows.response_window,
        remissions_found.best_remission,
        remissions_found.remission_date,
        remissions_found.best_remission_date,
        remissions_found.best_remission_record,
        mrd_found.best_category is not null
        and (
            patient_windows.state_at_index = 'in_remission'
            or remissions_found.remission_date is not null
        ) as is_mrd_evaluable,
        case
            when patient_windows.state_at_index = 'in_remission'
                then mrd_found.first_sample_date
            else greatest(mrd_found.first_sample_date, remissions_found.remission_date)
        end as mrd_evaluable_date,
        mrd_found.best_category,
        mrd_found.best_mrd_record,
        mrd_found.mrd_response_date,
        mrd_lost.mrd_response_lost_date,
        coalesce(disease_statuses.had_mrd_response, false)
        or responded_before.patient_id is not null as has_responded_before
    from patient_windows
    left join remissions_found
        on
            patient_windows.patient_id = remissions_found.patient_id
            and patient_windows.response_window = remissions_found.response_window
    left join mrd_found
        on
            patient_windows.patient_id = mrd_found.patient_id
            and patient_windows.response_window = mrd_found.response_window
    left join mrd_lost
        on
            patient_windows.patient_id = mrd_lost.patient_id
            and patient_windows.response_window = mrd_lost.response_window
    left join disease_statuses
        on patient_windows.disease_status = disease_statuses.disease_status
    left join responded_before
        on patient_windows.patient_id = responded_before.patient_id
),

categorised as (
    select
        patient_id,
        response_window,
        best_remission,
        case
            when not is_mrd_evaluable then null
            when best_category <> 'no_response' then best_category
            when has_responded_before then 'mrd_relapse'
            else 'persistent_mrd'
        end as mrd_response,
        is_mrd_evaluable,
        remission_date,
        best_remission_date,
        case when is_mrd_evaluable then mrd_evaluable_date end as mrd_evaluable_date,
        case when is_mrd_evaluable then mrd_response_date end as mrd_response_date,
        case when is_mrd_evaluable then mrd_response_lost_date end
            as mrd_response_lost_date,
        best_remission_record,
        case when is_mrd_evaluable then best_mrd_record end as best_mrd_record
    from responded
)

select * from categorised
