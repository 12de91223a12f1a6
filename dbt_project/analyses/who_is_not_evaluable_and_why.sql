-- Who is left out of an endpoint because a date or a record is missing?
-- (no_remission, no_response, no_hsct and not_in_remission_at_hsct ask for nothing.)
select not_evaluable_reason, site_id, patient_id, endpoint, censoring_rule
from marts.time_to_event
inner join marts.cohort using (patient_id)
where not_evaluable_reason not like 'no%'
order by not_evaluable_reason, site_id, patient_id, endpoint, censoring_rule
