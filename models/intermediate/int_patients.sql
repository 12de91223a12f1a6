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

treatment_cycles as (
    select * from {{ ref('stg_delivery__treatment_cycles') }}
    where disposition = 'accepted' and (select verdict.is_accepted from verdict)
),

diagnoses as (
    select * from {{ ref('stg_delivery__diagnoses') }}
    where disposition = 'accepted'
),

disease_status as (
    select * from {{ ref('stg_delivery__disease_status') }}
    where disposition = 'accepted'
),

genetic_findings as (
    select * from {{ ref('stg_delivery__genetic_findings') }}
    where disposition = 'accepted'
),

delivery_dated as (
    select max(data_cutoff_date) as data_cutoff_date
    from {{ ref('stg_delivery__manifest') }}
),

programme_cycles as (
    select
        treatment_cycles.patient_id,
        treatment_cycles.start_date,
        treatment_cycles.end_date,
        row_number() over (
            partition by treatment_cycles.patient_id
            order by
                treatment_cycles.start_date desc, treatment_cycles.cycle_number desc
        ) as nth_from_last
    from treatment_cycles
    cross join delivery_dated
    where
        treatment_cycles.drug = '{{ var("index_drug") }}'
        and treatment_cycles.access_program = '{{ var("access_program") }}'
        and treatment_cycles.start_date <= delivery_dated.data_cutoff_date
),

programme_started as (
    select
        patient_id,
        min(start_date) as index_date,
        cast(count(*) as int) as n_cycles,
        max(
            case when nth_from_last = 1 then greatest(
                        start_date + {{ var('cycle_length_days') }}, end_date
                    )
            end
        ) as treatment_end_date
    from programme_cycles
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
    inner join programme_started
        on genetic_findings.patient_id = programme_started.patient_id
    where
        genetic_findings.marker = 'bcr_abl1'
        and coalesce(
            genetic_findings.test_date_earliest <= programme_started.index_date, true
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
        programme_started.index_date,
        programme_started.n_cycles,
        programme_started.treatment_end_date,
        delivery_dated.data_cutoff_date
    from patients_delivered
    cross join delivery_dated
    left join patients on patients_delivered.patient_id = patients.patient_id
    left join diagnoses on patients_delivered.patient_id = diagnoses.patient_id
    left join disease_status
        on patients_delivered.patient_id = disease_status.patient_id
    left join programme_started
        on patients_delivered.patient_id = programme_started.patient_id
    left join ph_tested on patients_delivered.patient_id = ph_tested.patient_id
)

select * from indexed
