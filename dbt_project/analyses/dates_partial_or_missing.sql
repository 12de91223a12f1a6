-- Which dates were imputed or are missing, and between which days do they lie?
select
    site_id, patient_id, event_type, delivered_precision, date_resolution, event_date,
    earliest_date, latest_date, is_interval_empty, source_record
from intermediate.int_dated_events
inner join marts.cohort using (patient_id)
where is_included and date_resolution <> 'given'
order by site_id, patient_id, event_type, source_record
