with
patients as (
    select
        patient_id,
        data_cutoff_date
    from {{ ref('int_patients') }}
),

date_roles as (
    select * from {{ ref('date_roles') }}
    where is_contact
),

last_days as (
    select
        delivered_dates.patient_id,
        max(delivered_dates.earliest_date) as record_date
    from {{ ref('delivered_dates') }} as delivered_dates
    inner join date_roles on delivered_dates.date_role = date_roles.date_role
    inner join patients on delivered_dates.patient_id = patients.patient_id
    where delivered_dates.earliest_date <= patients.data_cutoff_date
    group by delivered_dates.patient_id
),

-- Only the records of that day are put in order: few of tens of millions.
dates_ranked as (
    select
        delivered_dates.patient_id,
        last_days.record_date,
        delivered_dates.table_name as source_table,
        delivered_dates.source_record,
        row_number() over (
            partition by delivered_dates.patient_id
            order by delivered_dates.table_name asc, delivered_dates.file_line asc
        ) as rank_on_day
    from {{ ref('delivered_dates') }} as delivered_dates
    inner join date_roles on delivered_dates.date_role = date_roles.date_role
    inner join last_days
        on
            delivered_dates.patient_id = last_days.patient_id
            and delivered_dates.earliest_date = last_days.record_date
),

last_records as (
    select
        patient_id,
        record_date as last_record_date,
        source_table,
        source_record
    from dates_ranked
    where rank_on_day = 1
)

select * from last_records
