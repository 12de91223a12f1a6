with
patients as (
    select * from {{ ref('int_patients') }}
),

treatments as (
    select * from {{ ref('int_treatment_history') }}
),

remission_criteria as (
    select * from {{ ref('remission_criteria') }}
),

assessment_windows as (
    select * from {{ ref('assessment_windows') }}
),

marrow_assessments as (
    select * from {{ ref('stg_delivery__marrow_assessments') }}
    where disposition = 'accepted'
),

blood_counts as (
    select * from {{ ref('stg_delivery__blood_counts') }}
    where disposition = 'accepted'
),

assessments as (
    select
        marrow_assessments.patient_id,
        marrow_assessments.assessment_date,
        marrow_assessments.blast_percent,
        marrow_assessments.file_line,
        marrow_assessments.source_record,
        patients.disease_group,
        patients.state_at_index,
        treatments.index_date,
        treatments.follow_up_end_date,
        least(
            marrow_assessments.assessment_date + extramedullary_window.days_after,
            treatments.follow_up_end_date
        ) as extramedullary_until
    from marrow_assessments
    inner join patients on marrow_assessments.patient_id = patients.patient_id
    inner join treatments on marrow_assessments.patient_id = treatments.patient_id
    inner join assessment_windows as extramedullary_window
        on extramedullary_window.assessment_window = 'extramedullary'
    where marrow_assessments.assessment_date <= patients.data_cutoff_date
),

-- Each count is the non-missing value nearest the marrow, ties to the later; like an
-- extramedullary finding, one from after the end of follow-up counts for nothing.
counts_near as (
    select
        assessments.patient_id,
        assessments.assessment_date,
        blood_counts.platelets_giga_per_l,
        blood_counts.neutrophils_giga_per_l,
        case
            when blood_counts.sample_date > assessments.assessment_date then 1 else 0
        end
        - 2 * abs({{ days_between(
            'assessments.assessment_date', 'blood_counts.sample_date'
        ) }}) as nearness
    from assessments
    inner join assessment_windows as blood_counts_window
        on blood_counts_window.assessment_window = 'blood_counts'
    inner join blood_counts
        on
            assessments.patient_id = blood_counts.patient_id
            and blood_counts.sample_date between
            assessments.assessment_date - blood_counts_window.days_before
            and assessments.assessment_date + blood_counts_window.days_after
            and blood_counts.sample_date <= assessments.follow_up_end_date
),

counts_paired as (
    select
        patient_id,
        assessment_date,
        max_by(
            platelets_giga_per_l,
            case when platelets_giga_per_l is not null then nearness end
        ) as platelets_giga_per_l,
        max_by(
            neutrophils_giga_per_l,
            case when neutrophils_giga_per_l is not null then nearness end
        ) as neutrophils_giga_per_l
    from counts_near
    group by patient_id, assessment_date
),

sites_judged as (
{{ extramedullary_status(
    'assessments', ['patient_id', 'assessment_date'], 'extramedullary_until'
) }}
),

extramedullary_judged as (
    select
        patient_id,
        assessment_date,
        max(case when is_involved then 1 else 0 end) as has_extramedullary_disease
    from sites_judged
    group by patient_id, assessment_date
),

measured as (
    select
        assessments.patient_id,
        assessments.assessment_date,
        assessments.disease_group,
        assessments.state_at_index,
        assessments.index_date,
        assessments.blast_percent,
        counts_paired.platelets_giga_per_l,
        counts_paired.neutrophils_giga_per_l,
        coalesce(extramedullary_judged.has_extramedullary_disease = 1, false)
            as has_extramedullary_disease,
        assessments.file_line,
        assessments.source_record
    from assessments
    left join counts_paired
        on
            assessments.patient_id = counts_paired.patient_id
            and assessments.assessment_date = counts_paired.assessment_date
    left join extramedullary_judged
        on
            assessments.patient_id = extramedullary_judged.patient_id
            and assessments.assessment_date = extramedullary_judged.assessment_date
),

-- A missing count meets no bound, but may leave a grade possible.
criteria_tried as (
    select
        measured.patient_id,
        measured.assessment_date,
        remission_criteria.grade,
        remission_criteria.precedence,
        measured.blast_percent <= remission_criteria.max_blast_percent
        and not measured.has_extramedullary_disease as is_clear,
        case
            when measured.platelets_giga_per_l > remission_criteria.platelets_above
                then 1
            else 0
        end
        + case
            when
                measured.neutrophils_giga_per_l > remission_criteria.neutrophils_above
                then 1
            else 0
        end as n_counts_met,
        case when measured.platelets_giga_per_l is null then 1 else 0 end
        + case when measured.neutrophils_giga_per_l is null then 1 else 0 end
            as n_counts_missing,
        remission_criteria.n_counts_required
    from measured
    inner join remission_criteria
        on
            measured.disease_group is not null
            and (
                remission_criteria.state_at_index is null
                or measured.state_at_index = remission_criteria.state_at_index
            )
),

grades_found as (
    select
        patient_id,
        assessment_date,
        min(
            case when is_clear and n_counts_met >= n_counts_required then precedence end
        ) as best_precedence,
        max(
            case
                when is_clear and n_counts_met + n_counts_missing >= n_counts_required
                    then 1
                else 0
            end
        ) as has_possible_grade
    from criteria_tried
    group by patient_id, assessment_date
),

graded as (
    select
        measured.patient_id,
        measured.assessment_date,
        {{ days_between('measured.index_date', 'measured.assessment_date') }}
            as day_number,
        measured.blast_percent,
        measured.platelets_giga_per_l,
        measured.neutrophils_giga_per_l,
        measured.has_extramedullary_disease,
        case
            when measured.blast_percent is null then null
            when grades_found.best_precedence is not null
                then remission_criteria.grade
            when grades_found.has_possible_grade = 1 then null
            when measured.disease_group is not null then 'none'
        end as grade,
        grades_found.best_precedence as grade_precedence,
        case
            when measured.blast_percent is null then 'blasts_missing'
            when measured.blast_percent > full_remission.max_blast_percent then 'blasts'
            when measured.has_extramedullary_disease then 'extramedullary_disease'
            when measured.platelets_giga_per_l is null then 'platelets_missing'
            when measured.platelets_giga_per_l <= full_remission.platelets_above
                then 'platelets'
            when measured.neutrophils_giga_per_l is null then 'neutrophils_missing'
            when measured.neutrophils_giga_per_l <= full_remission.neutrophils_above
                then 'neutrophils'
        end as first_unmet_bound,
        measured.blast_percent <= full_remission.max_blast_percent as is_blast_free,
        case
            when measured.assessment_date <= measured.index_date then 'baseline'
            when measured.assessment_date > treatments.follow_up_end_date
                then 'after_follow_up'
            when measured.assessment_date > treatments.response_cut_date
                then treatments.response_cut_reason
        end as exclusion_reason,
        measured.file_line,
        measured.source_record
    from measured
    inner join treatments on measured.patient_id = treatments.patient_id
    inner join remission_criteria as full_remission on full_remission.precedence = 1
    left join grades_found
        on
            measured.patient_id = grades_found.patient_id
            and measured.assessment_date = grades_found.assessment_date
    left join remission_criteria
        on grades_found.best_precedence = remission_criteria.precedence
)

select * from graded
