with
marrow_assessments as (
    select * from {{ ref('stg_delivery__marrow_assessments') }}
    where disposition = 'accepted'
),

mrd_assessments as (
    select * from {{ ref('stg_delivery__mrd_assessments') }}
    where disposition = 'accepted'
),

relapses as (
    select * from {{ ref('stg_delivery__relapses') }}
    where disposition = 'accepted'
),

disease_status as (
    select * from {{ ref('stg_delivery__disease_status') }}
    where disposition = 'accepted'
),

therapy_lines as (
    select * from {{ ref('stg_delivery__therapy_lines') }}
    where disposition = 'accepted'
),

blood_counts as (
    select * from {{ ref('stg_delivery__blood_counts') }}
    where disposition = 'accepted'
),

plausibility_limits as (
    select * from {{ ref('plausibility_limits') }}
),

disease_groups as (
    select * from {{ ref('disease_groups') }}
),

disease_statuses as (
    select * from {{ ref('disease_statuses') }}
),

marrow_limits as (
    select
        max(case when limit_name = 'blast_percent_of_remission' then value end)
            as of_remission,
        max(
            case
                when limit_name = 'blast_percent_of_group_in_remission' then value
            end
        ) as of_group_in_remission
    from plausibility_limits
),

marrow_before_status as (
    select
        disease_status.source_record,
        disease_status.file_line,
        disease_status.patient_id,
        disease_status.disease_group,
        marrow_assessments.source_record as marrow_record,
        marrow_assessments.blast_percent,
        row_number() over (
            partition by disease_status.source_record
            order by
                marrow_assessments.assessment_date desc,
                marrow_assessments.file_line asc
        ) as rank_by_recency
    from disease_status
    inner join disease_groups
        on disease_status.disease_group = disease_groups.disease_group
    inner join marrow_assessments
        on
            disease_status.patient_id = marrow_assessments.patient_id
            and disease_status.status_date >= marrow_assessments.assessment_date
    where
        disease_groups.state_at_index = 'in_remission'
        and marrow_assessments.blast_percent is not null
),

counts_limited as (
    select
        blood_counts.file_line,
        blood_counts.source_record,
        blood_counts.patient_id,
        plausibility_limits.limit_name as column_name,
        case plausibility_limits.limit_name
            when 'platelets_giga_per_l' then blood_counts.platelets_giga_per_l
            else blood_counts.neutrophils_giga_per_l
        end as value_found,
        plausibility_limits.value as value_limit
    from blood_counts
    inner join plausibility_limits
        on
            plausibility_limits.limit_name
            in ('platelets_giga_per_l', 'neutrophils_giga_per_l')
),

found as (
    select
        'relapse_with_clean_marrow' as rule_id,
        'relapses' as table_name,
        relapses.file_line,
        relapses.source_record,
        relapses.patient_id,
        'relapse_date' as column_name,
        cast(relapses.relapse_date as string) as value_text,
        marrow_assessments.source_record as related_record,
        {{ number_text('marrow_assessments.blast_percent') }} as related_value
    from relapses
    inner join marrow_assessments
        on
            relapses.patient_id = marrow_assessments.patient_id
            and relapses.relapse_date = marrow_assessments.assessment_date
    inner join marrow_limits
        on marrow_assessments.blast_percent <= marrow_limits.of_remission
    where relapses.relapse_type = 'haematological'
    union all
    select
        'mrd_undetectable_with_blasts' as rule_id,
        'mrd_assessments' as table_name,
        mrd_assessments.file_line,
        mrd_assessments.source_record,
        mrd_assessments.patient_id,
        'result' as column_name,
        mrd_assessments.result as value_text,
        marrow_assessments.source_record as related_record,
        {{ number_text('marrow_assessments.blast_percent') }} as related_value
    from mrd_assessments
    inner join marrow_assessments
        on
            mrd_assessments.patient_id = marrow_assessments.patient_id
            and mrd_assessments.sample_date = marrow_assessments.assessment_date
    inner join marrow_limits
        on marrow_assessments.blast_percent > marrow_limits.of_remission
    where mrd_assessments.result = 'undetectable'
    union all
    select
        'in_remission_with_blasts' as rule_id,
        'disease_status' as table_name,
        marrow_before_status.file_line,
        marrow_before_status.source_record,
        marrow_before_status.patient_id,
        'disease_group' as column_name,
        marrow_before_status.disease_group as value_text,
        marrow_before_status.marrow_record as related_record,
        {{ number_text('marrow_before_status.blast_percent') }} as related_value
    from marrow_before_status
    inner join marrow_limits
        on marrow_before_status.blast_percent > marrow_limits.of_group_in_remission
    where marrow_before_status.rank_by_recency = 1
    union all
    select
        case
            when mrd_level is null then 'mrd_level_missing'
            else 'mrd_level_contradicts_result'
        end as rule_id,
        'mrd_assessments' as table_name,
        file_line,
        source_record,
        patient_id,
        'mrd_level' as column_name,
        {{ number_text('mrd_level') }} as value_text,
        source_record as related_record,
        result as related_value
    from mrd_assessments
    where
        (result = 'quantifiable' and mrd_level is null)
        or (result in ('undetectable', 'not_evaluable') and mrd_level > 0)
    union all
    select
        'disease_status_of_other_group' as rule_id,
        'disease_status' as table_name,
        disease_status.file_line,
        disease_status.source_record,
        disease_status.patient_id,
        'disease_status' as column_name,
        disease_status.disease_status as value_text,
        disease_status.source_record as related_record,
        disease_status.disease_group as related_value
    from disease_status
    inner join disease_statuses
        on disease_status.disease_status = disease_statuses.disease_status
    where disease_status.disease_group <> disease_statuses.disease_group
    union all
    select
        'line_zero_not_frontline' as rule_id,
        'therapy_lines' as table_name,
        file_line,
        source_record,
        patient_id,
        'line_type' as column_name,
        line_type as value_text,
        source_record as related_record,
        cast(line_number as string) as related_value
    from therapy_lines
    where (line_number = 0) <> (line_type = 'frontline')
    union all
    select
        'count_implausible' as rule_id,
        'blood_counts' as table_name,
        file_line,
        source_record,
        patient_id,
        column_name,
        {{ number_text('value_found') }} as value_text,
        cast(null as string) as related_record,
        {{ number_text('value_limit') }} as related_value
    from counts_limited
    where value_found > value_limit
)

select * from found
