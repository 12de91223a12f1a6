-- Which deaths have no cause? Without one a death is non-relapse mortality (P24).
select site_id, patient_id, death_date, death_date_resolution, follow_up_record
from intermediate.int_follow_up
inner join marts.cohort using (patient_id)
where is_included and is_dead and coalesce(death_cause, 'unknown') = 'unknown'
order by site_id, patient_id
