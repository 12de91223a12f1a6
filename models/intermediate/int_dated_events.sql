with
patients as (
    select * from {{ ref('int_patients') }}
),

last_records as (
    select * from {{ ref('int_last_records') }}
),

follow_up as (
    select * from {{ ref('stg_delivery__follow_up') }}
    where disposition = 'accepted'
),

marrow_assessments as (
    select * from {{ ref('stg_delivery__marrow_assessments') }}
    where disposition = 'accepted'
),

reported_events as (
    select * from {{ ref('int_reported_events') }}
),

delivered_dates as (
    select
        patient_id,
        event_type,
        delivered_earliest,
        delivered_latest,
        case
            when delivered_earliest is null then 'none'
            when delivered_earliest = delivered_latest then 'day'
            when {{ days_between('delivered_earliest', 'delivered_latest') }} < 31
                then 'month'
            else 'year'
        end as delivered_precision,
        source_table,
        file_line,
        source_record
    from reported_events
),

-- The latest marrow with at most 5% blasts in the month of a month-only relapse.
clean_marrows as (
    select
        delivered_dates.source_record,
        max(marrow_assessments.assessment_date) as clean_marrow_date
    from delivered_dates
    inner join patients on delivered_dates.patient_id = patients.patient_id
    inner join marrow_assessments
        on delivered_dates.patient_id = marrow_assessments.patient_id
    inner join {{ ref('remission_criteria') }} as remission_criteria
        on
            remission_criteria.grade = 'cr'
            and marrow_assessments.blast_percent <= remission_criteria.max_blast_percent
    where
        delivered_dates.source_table = 'relapses'
        and delivered_dates.delivered_precision = 'month'
        and marrow_assessments.assessment_date between
        delivered_dates.delivered_earliest
        and least(delivered_dates.delivered_latest, patients.data_cutoff_date)
    group by delivered_dates.source_record
),

-- A death comes first: its day bounds the patient's other events. Whole dates stand as
-- they are. A partial date wholly after the cut-off keeps its own bounds, and so does a
-- death after a contact that is itself after the cut-off: both show the patient alive.
deaths_placed as (
    select
        delivered_dates.source_record,
        delivered_dates.patient_id,
        delivered_dates.delivered_earliest,
        delivered_dates.delivered_latest,
        delivered_dates.delivered_precision,
        patients.data_cutoff_date,
        greatest(last_records.last_record_date, follow_up.last_contact_date)
            as last_alive_date
    from delivered_dates
    inner join patients on delivered_dates.patient_id = patients.patient_id
    inner join follow_up on delivered_dates.patient_id = follow_up.patient_id
    left join last_records on delivered_dates.patient_id = last_records.patient_id
    where delivered_dates.event_type = 'death'
),

deaths_bounded as (
    select
        source_record,
        patient_id,
        delivered_earliest,
        delivered_precision,
        case
            when delivered_precision = 'day' then delivered_earliest
            else greatest(delivered_earliest, last_alive_date)
        end as earliest_date,
        case
            when
                delivered_precision = 'day'
                or greatest(delivered_earliest, last_alive_date) > data_cutoff_date
                then delivered_latest
            else least(delivered_latest, data_cutoff_date)
        end as latest_date
    from deaths_placed
),

deaths_imputed as (
    select
        patient_id,
        {{ imputed_date() }} as death_date
    from deaths_bounded
),

last_dates as (
    select
        patients.patient_id,
        patients.index_date,
        patients.data_cutoff_date,
        case
            when deaths_imputed.patient_id is not null then deaths_imputed.death_date
            else greatest(follow_up.last_contact_date, last_records.last_record_date)
        end as end_of_life_or_contact
    from patients
    left join deaths_imputed on patients.patient_id = deaths_imputed.patient_id
    left join follow_up on patients.patient_id = follow_up.patient_id
    left join last_records on patients.patient_id = last_records.patient_id
),

others_bounded as (
    select
        delivered_dates.source_record,
        delivered_dates.patient_id,
        delivered_dates.delivered_earliest,
        delivered_dates.delivered_precision,
        delivered_dates.event_type,
        case
            when delivered_dates.delivered_precision = 'day'
                then delivered_dates.delivered_earliest
            when
                delivered_dates.event_type = 'trial_entry'
                and last_dates.index_date <= delivered_dates.delivered_latest
                then greatest(delivered_dates.delivered_earliest, last_dates.index_date)
            else greatest(
                    delivered_dates.delivered_earliest, clean_marrows.clean_marrow_date
                )
        end as earliest_date,
        case
            when delivered_dates.delivered_precision = 'day'
                or delivered_dates.delivered_earliest > last_dates.data_cutoff_date
                then delivered_dates.delivered_latest
            else least(
                    delivered_dates.delivered_latest,
                    last_dates.end_of_life_or_contact,
                    last_dates.data_cutoff_date
                )
        end as latest_date
    from delivered_dates
    inner join last_dates on delivered_dates.patient_id = last_dates.patient_id
    left join clean_marrows
        on delivered_dates.source_record = clean_marrows.source_record
    where delivered_dates.event_type <> 'death'
),

bounded as (
    select
        source_record,
        'death' as event_type,
        delivered_earliest,
        delivered_precision,
        earliest_date,
        latest_date
    from deaths_bounded
    union all
    select
        source_record,
        event_type,
        delivered_earliest,
        delivered_precision,
        earliest_date,
        latest_date
    from others_bounded
),

resolved as (
    select
        delivered_dates.patient_id,
        bounded.event_type,
        {{ imputed_date('bounded') }} as event_date,
        bounded.earliest_date,
        bounded.latest_date,
        bounded.delivered_precision,
        case
            when bounded.delivered_precision = 'day' then 'given'
            when {{ imputed_date('bounded') }} is null then 'missing'
            else 'imputed'
        end as date_resolution,
        coalesce(bounded.earliest_date > bounded.latest_date, false)
            as is_interval_empty,
        delivered_dates.source_table,
        delivered_dates.file_line,
        bounded.source_record
    from bounded
    inner join delivered_dates
        on
            bounded.source_record = delivered_dates.source_record
            and bounded.event_type = delivered_dates.event_type
)

select * from resolved
