with
patients as (
    select * from {{ ref('int_patients_indexed') }}
    where index_date is not null
),

dates_resolved as (
    select * from {{ ref('int_dates_resolved') }}
),

medications as (
    select * from {{ accepted('medications') }}
),

-- A medication without an end goes on; a therapy without a day cannot be placed.
therapies_dated as (
    select
        dates_resolved.patient_id,
        'lymphocyte_infusion' as drug_class,
        'lymphocyte_infusion' as drug,
        dates_resolved.event_date as start_date,
        dates_resolved.event_date as end_date,
        dates_resolved.source_record
    from dates_resolved
    where dates_resolved.event_type = 'lymphocyte_infusion'
    union all
    select
        medications.patient_id,
        medications.drug_class,
        medications.drug,
        dates_resolved.event_date as start_date,
        medications.end_date_latest as end_date,
        medications.source_record
    from medications
    inner join dates_resolved
        on medications.source_record = dates_resolved.source_record
),

concurrent as (
    select
        therapies_dated.patient_id,
        therapies_dated.drug_class,
        therapies_dated.drug,
        greatest(min(therapies_dated.start_date), min(patients.index_date))
            as first_concurrent_date
    from therapies_dated
    inner join patients on therapies_dated.patient_id = patients.patient_id
    where
        therapies_dated.start_date <= patients.treatment_end_date
        and coalesce(therapies_dated.end_date >= patients.index_date, true)
    group by
        therapies_dated.patient_id, therapies_dated.drug_class, therapies_dated.drug
)

select * from concurrent
