-- Which marrows within two cycles cannot be graded, and which value is missing?
select
    site_id, patient_id, assessment_date, day_number, blast_percent,
    platelets_giga_per_l, neutrophils_giga_per_l, first_unmet_bound, source_record
from intermediate.int_remission_assessments as assessments
inner join marts.cohort using (patient_id)
where is_included and grade is null and assessments.exclusion_reason is null
    and day_number <= 84
order by site_id, patient_id, assessment_date
