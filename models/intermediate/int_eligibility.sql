-- Each criterion is a fact and what it may be: one of the values that a parameter
-- lists, or within two; without either it must be known, and not be `no`.
with
patients as (
    select * from {{ ref('int_patients') }}
),

eligibility_criteria as (
    select * from {{ ref('eligibility_criteria') }}
),

index_rules as (
    select * from {{ ref('index_rules') }}
),

study_parameters as (
    select * from {{ ref('study_parameters') }}
),

record_dispositions as (
    select * from {{ ref('record_dispositions') }}
),

-- Who has a record in quarantine that may have made the index date.
index_doubted as (
    select distinct record_dispositions.patient_id
    from record_dispositions
    inner join index_rules on record_dispositions.table_name = index_rules.table_name
    where record_dispositions.disposition = 'quarantined'
),

characterised as (
    select
        patients.patient_id,
        patients.country,
        patients.sex,
        patients.diagnosis,
        patients.disease_group,
        patients.disease_status,
        patients.ph_status,
        patients.record_available as medical_record,
        patients.is_patient_accepted,
        case
            when not patients.is_patient_accepted then null
            when patients.index_date is not null then 'yes'
            when index_doubted.patient_id is not null then null
            else 'no'
        end as index_event,
        case
            when patients.consent in ('given', 'waived') then 'yes'
            when patients.consent = 'refused' then 'no'
        end as consent,
        cast(patients.index_date as string) as index_date,
        -- Whichever day of a partial birth date is true.
        {{ completed_years('patients.birth_date_latest', 'patients.index_date') }}
            as completed_age_years
    from patients
    left join index_doubted on patients.patient_id = index_doubted.patient_id
),

facts_listed as (
    {%- for fact in [
        'index_event', 'index_date', 'country', 'sex', 'diagnosis', 'disease_group',
        'disease_status', 'ph_status', 'consent', 'medical_record',
    ] %}
    select
        patient_id,
        is_patient_accepted,
        '{{ fact }}' as fact,
        nullif({{ fact }}, 'unknown') as value,
        cast(null as double) as quantity
    from characterised
    union all
    {%- endfor %}
    select
        patient_id,
        is_patient_accepted,
        'completed_age_years' as fact,
        cast(completed_age_years as string) as value,
        cast(completed_age_years as double) as quantity
    from characterised
),

-- Each verdict is true, false or, where the data do not tell, NULL.
judged as (
    select
        facts_listed.patient_id,
        eligibility_criteria.step,
        eligibility_criteria.criterion,
        eligibility_criteria.precedence,
        case
            when facts_listed.value is null and eligibility_criteria.unknown_passes
                then true
            when allowed.parameter is not null
                then {{ is_listed('facts_listed.value', 'allowed.value') }}
            when coalesce(lowest.parameter, highest.parameter) is null
                then facts_listed.value <> 'no'
            when facts_listed.quantity is not null
                then
                    coalesce(
                        facts_listed.quantity
                        >= {{ parse_number('lowest.value') }},
                        true
                    )
                    and coalesce(
                        facts_listed.quantity
                        <= {{ parse_number('highest.value') }},
                        true
                    )
            when facts_listed.value is not null
                then
                    coalesce(facts_listed.value >= lowest.value, true)
                    and coalesce(facts_listed.value <= highest.value, true)
        end as is_met,
        eligibility_criteria.reason_unmet,
        case
            when facts_listed.fact = 'index_event'
                and not facts_listed.is_patient_accepted
                then 'patient_record_in_quarantine'
            else eligibility_criteria.reason_unknown
        end as reason_unknown
    from eligibility_criteria
    inner join facts_listed on eligibility_criteria.fact = facts_listed.fact
    left join study_parameters as allowed
        on eligibility_criteria.one_of = allowed.parameter
    left join study_parameters as lowest
        on eligibility_criteria.at_least = lowest.parameter
    left join study_parameters as highest
        on eligibility_criteria.at_most = highest.parameter
),

-- A step of several facts is met by all of them, and unmet by one.
facts_ranked as (
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
        end as exclusion_reason,
        row_number() over (
            partition by patient_id, step
            order by
                case when is_met then 3 when not is_met then 1 else 2 end, precedence
        ) as rank_by_verdict
    from judged
),

screened as (
    select
        patient_id,
        step,
        criterion,
        verdict,
        exclusion_reason
    from facts_ranked
    where rank_by_verdict = 1
)

select * from screened
