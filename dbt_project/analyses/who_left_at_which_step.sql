-- Who is not in the cohort, and at which step did each leave?
select exclusion_step, criterion, exclusion_reason, site_id, patient_id, index_date
from marts.cohort
inner join marts.cohort_attrition on exclusion_step = step
order by exclusion_step, exclusion_reason, site_id, patient_id
