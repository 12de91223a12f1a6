with
patients as (
    select * from {{ ref('int_patients') }}
),

screened as (
    select * from {{ ref('int_eligibility') }}
),

follow_up as (
    select * from {{ ref('int_follow_up') }}
),

record_dispositions as (
    select * from {{ ref('record_dispositions') }}
),

exits_ranked as (
    select
        patient_id,
        step,
        exclusion_reason,
        row_number() over (partition by patient_id order by step) as rank_by_step
    from screened
    where verdict <> 'met'
),

quarantine_counted as (
    select
        patient_id,
        count(*) as n_records_quarantined
    from record_dispositions
    where disposition = 'quarantined' and patient_id is not null
    group by patient_id
),

screened_out as (
    select
        patients.patient_id,
        patients.site_id,
        patients.country,
        patients.disease_group,
        patients.ph_status,
        patients.index_date,
        exits_ranked.patient_id is null as is_included,
        exits_ranked.step as exclusion_step,
        exits_ranked.exclusion_reason
    from patients
    left join exits_ranked
        on
            patients.patient_id = exits_ranked.patient_id
            and exits_ranked.rank_by_step = 1
),

followed as (
    select
        screened_out.patient_id,
        screened_out.site_id,
        screened_out.country,
        screened_out.disease_group,
        screened_out.ph_status,
        screened_out.exclusion_step,
        screened_out.exclusion_reason,
        case when screened_out.is_included then follow_up.follow_up_end_reason end
            as follow_up_end_reason,
        coalesce(quarantine_counted.n_records_quarantined, 0) as n_records_quarantined,
        screened_out.is_included,
        screened_out.index_date,
        case when screened_out.is_included then follow_up.follow_up_end_date end
            as follow_up_end_date
    from screened_out
    left join follow_up on screened_out.patient_id = follow_up.patient_id
    left join quarantine_counted
        on screened_out.patient_id = quarantine_counted.patient_id
)

select * from followed
