-- What happened to one patient, in order, and where it was reported?
-- First say which: set variable patient_id = '007';
select event_date, event_type, detail, source_record
from intermediate.int_patient_timeline where patient_id = getvariable('patient_id')
union all
select assessment_date, 'marrow', coalesce(grade, 'not gradable'), source_record
from intermediate.int_remission_assessments where patient_id = getvariable('patient_id')
union all
select sample_date, 'mrd', coalesce(mrd_category, inadequate_reason), source_record
from intermediate.int_mrd_assessments where patient_id = getvariable('patient_id')
order by event_date, event_type
