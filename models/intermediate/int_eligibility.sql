{%- set countries = "'" ~ (listed_parameter('countries') | join("', '")) ~ "'" %}
with
patients as (
    select * from {{ ref('int_patients') }}
),

eligibility_criteria as (
    select * from {{ ref('eligibility_criteria') }}
),

record_dispositions as (
    select * from {{ ref('record_dispositions') }}
),

cycles_quarantined as (
    select distinct patient_id
    from record_dispositions
    where table_name = 'treatment_cycles' and disposition = 'quarantined'
),

-- Each verdict is true, false or, where the data do not tell, NULL.
judged as (
    select
        patients.patient_id,
        eligibility_criteria.step,
        eligibility_criteria.criterion,
        case eligibility_criteria.criterion
            when 'index_drug_started'
                then
                    case
                        when not patients.is_patient_accepted then null
                        when patients.index_date is not null then true
                        when cycles_quarantined.patient_id is not null then null
                        else false
                    end
            when 'within_enrolment'
                then
                    patients.index_date between
                    cast('{{ var("enrolment_start") }}' as date)
                    and cast('{{ var("enrolment_end") }}' as date)
            when 'participating_country' then patients.country in ({{ countries }})
            when 'no_other_diagnosis' then coalesce(patients.diagnosis = 'b_all', true)
            when 'adult'
                then
                    {{ completed_years(
                        'patients.birth_date_latest', 'patients.index_date'
                    ) }}
                    >= {{ var('adult_age_years') }}
            when 'consent'
                then
                    case
                        when patients.consent in ('given', 'waived') then true
                        when patients.consent = 'refused' then false
                    end
            when 'medical_record' then patients.record_available = 'yes'
            when 'diagnosis_data_complete' then
                case
                    when
                        patients.diagnosis is not null
                        and patients.disease_group is not null
                        and patients.ph_status <> 'unknown'
                        then true
                end
        end as is_met,
        eligibility_criteria.reason_unmet,
        case
            when eligibility_criteria.criterion <> 'diagnosis_data_complete'
                or patients.diagnosis is null
                then eligibility_criteria.reason_unknown
            when patients.disease_group is null then 'disease_group_unknown'
            else 'ph_status_unknown'
        end as reason_unknown
    from patients
    cross join eligibility_criteria
    left join cycles_quarantined
        on patients.patient_id = cycles_quarantined.patient_id
),

screened as (
    select
        patient_id,
        step,
        criterion,
        case
            when is_met then 'met'
            when not is_met then 'unmet'
            else 'unknown'
        end as verdict,
        case
            when is_met then cast(null as string)
            when not is_met then reason_unmet
            else reason_unknown
        end as exclusion_reason
    from judged
)

select * from screened
