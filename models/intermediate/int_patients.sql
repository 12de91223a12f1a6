with
-- Of a refused delivery nobody is accepted and nobody has an index date, even where
-- nobody asks the test.
verdict as (
    select * from {{ ref('verdict') }}
),

-- Whoever a patients file names, readably or not, is in the cohort's first count.
patients_delivered as (
    select patient_id
    from {{ ref('stg_delivery__patients') }}
    where patient_id is not null
    union
    select patient_id
    from {{ ref('record_dispositions') }}
    where table_name = 'patients' and patient_id is not null
),

patients as (
    select * from {{ ref('stg_delivery__patients') }}
    where disposition = 'accepted' and (select verdict.is_accepted from verdict)
),

index_records as (
    select * from {{ ref('index_records') }}
    where (select verdict.is_accepted from verdict)
),

study_parameters as (
    select * from {{ ref('study_parameters') }}
),

diagnoses as (
    select * from {{ ref('stg_delivery__diagnoses') }}
    where disposition = 'accepted'
),

disease_status as (
    select * from {{ ref('stg_delivery__disease_status') }}
    where disposition = 'accepted'
),

disease_groups as (
    select * from {{ ref('disease_groups') }}
),

genetic_findings as (
    select * from {{ ref('stg_delivery__genetic_findings') }}
    where disposition = 'accepted'
),

delivery_dated as (
    select max(data_cutoff_date) as data_cutoff_date
    from {{ ref('stg_delivery__manifest') }}
),

records_ranked as (
    select
        index_records.patient_id,
        index_records.start_date,
        index_records.end_date,
        row_number() over (
            partition by index_records.patient_id
            order by
                index_records.start_date desc,
                index_records.record_number desc nulls last,
                index_records.source_record asc
        ) as rank_from_last
    from index_records
    cross join delivery_dated
    where index_records.start_date <= delivery_dated.data_cutoff_date
),

index_dated as (
    select
        patient_id,
        min(start_date) as index_date,
        cast(count(*) as int) as n_cycles,
        max(
            case when rank_from_last = 1 then greatest(
                        start_date + {{ parameter('cycle_length_days', 'int') }},
                        end_date
                    )
            end
        ) as treatment_end_date
    from records_ranked
    group by patient_id
),

-- A test without a whole date counts unless it can only have come after the index date.
ph_tested as (
    select
        genetic_findings.patient_id,
        max(case when genetic_findings.result = 'positive' then 1 else 0 end)
            as has_positive,
        max(case when genetic_findings.result = 'negative' then 1 else 0 end)
            as has_negative
    from genetic_findings
    inner join index_dated
        on genetic_findings.patient_id = index_dated.patient_id
    where
        genetic_findings.marker = 'bcr_abl1'
        and coalesce(
            genetic_findings.test_date_earliest <= index_dated.index_date, true
        )
    group by genetic_findings.patient_id
),

indexed as (
    select
        patients_delivered.patient_id,
        patients.site_id,
        patients.country,
        patients.sex,
        diagnoses.diagnosis,
        disease_status.disease_group,
        disease_groups.state_at_index,
        disease_status.disease_status,
        case
            when ph_tested.has_positive = 1 then 'ph_pos'
            when ph_tested.has_negative = 1 then 'ph_neg'
            else 'unknown'
        end as ph_status,
        patients.consent,
        patients.record_available,
        patients.patient_id is not null as is_patient_accepted,
        patients.birth_date_earliest,
        patients.birth_date_latest,
        index_dated.index_date,
        index_dated.n_cycles,
        index_dated.treatment_end_date,
        delivery_dated.data_cutoff_date
    from patients_delivered
    cross join delivery_dated
    left join patients on patients_delivered.patient_id = patients.patient_id
    left join diagnoses on patients_delivered.patient_id = diagnoses.patient_id
    left join disease_status
        on patients_delivered.patient_id = disease_status.patient_id
    left join disease_groups
        on disease_status.disease_group = disease_groups.disease_group
    left join index_dated
        on patients_delivered.patient_id = index_dated.patient_id
    left join ph_tested on patients_delivered.patient_id = ph_tested.patient_id
)

select * from indexed
