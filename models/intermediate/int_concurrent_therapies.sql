with
patients as (
    select * from {{ ref('int_patients') }}
    where index_date is not null
),

dates_resolved as (
    select * from {{ ref('int_dated_events') }}
),

medications as (
    select * from {{ ref('stg_delivery__medications') }}
    where disposition = 'accepted'
),

-- A medication without an end goes on; one without a start is known on its last day;
-- a therapy without any day cannot be placed.
therapies_dated as (
    select
        patient_id,
        'lymphocyte_infusion' as drug_class,
        'lymphocyte_infusion' as drug,
        event_date as start_date,
        event_date as end_date
    from dates_resolved
    where event_type = 'lymphocyte_infusion'
    union all
    select
        medications.patient_id,
        medications.drug_class,
        medications.drug,
        coalesce(starts.event_date, ends.event_date) as start_date,
        case
            when ends.source_record is not null then greatest(
                    coalesce(ends.event_date, ends.latest_date), starts.event_date
                )
        end as end_date
    from medications
    inner join dates_resolved as starts
        on
            medications.source_record = starts.source_record
            and starts.event_type <> 'medication_end'
    left join dates_resolved as ends
        on
            medications.source_record = ends.source_record
            and ends.event_type = 'medication_end'
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
        therapies_dated.start_date
        <= least(patients.treatment_end_date, patients.data_cutoff_date)
        and coalesce(therapies_dated.end_date >= patients.index_date, true)
    group by
        therapies_dated.patient_id, therapies_dated.drug_class, therapies_dated.drug
)

select * from concurrent
