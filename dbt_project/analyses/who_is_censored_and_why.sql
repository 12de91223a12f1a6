-- Who is censored, when, by what, and which record says so?
select
    endpoint, censoring_rule, patient_id, time_days, end_date, ended_by, source_record
from marts.time_to_event
where status = 0
order by endpoint, censoring_rule, ended_by, patient_id
