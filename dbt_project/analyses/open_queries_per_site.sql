-- What has each site to answer? Findings of the gate, the critical ones first.
select
    site_id, severity, rule_id, findings.patient_id, source_record, value_text,
    related_record, action
from quality.findings as findings
left join marts.cohort on findings.patient_id = cohort.patient_id
order by site_id, severity, rule_id, findings.patient_id, source_record
