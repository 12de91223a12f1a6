-- Which records could not be used, where do they stand, and what rule did they break?
select file_name, file_line, column_name, raw_text, rule_id, patient_id
from quality.quarantine
inner join quality.reconciliation using (table_name)
order by file_name, file_line, column_name, rule_id, patient_id
