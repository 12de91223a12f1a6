-- Who was transplanted, after which response, and with what therapy in between?
select
    population, patient_id, response_date, cytotoxic_date, cytotoxic_record,
    outcomes.hsct_date, has_response_before_hsct, has_cytotoxic_between,
    is_in_remission_at_hsct, nrm_not_evaluable_reason
from marts.transplant_outcomes as outcomes
inner join marts.cohort using (patient_id)
inner join intermediate.int_treatment_history using (patient_id)
where outcomes.hsct_date is not null
order by population, outcomes.hsct_date, patient_id
