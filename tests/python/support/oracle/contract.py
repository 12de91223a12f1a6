"""The delivery contract: one block per table, one line per column.

Each line gives a mark (``K`` key, ``K?`` key that may be empty, ``?`` may be empty,
``-`` never empty), the column's name and its type; ``a|b`` lists the allowed terms.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A delivered column and what it may hold."""

    name: str
    kind: str
    is_key: bool
    may_be_empty: bool


DRUG_CLASSES = (
    "tyrosine_kinase_inhibitor|cytotoxic|conditioning|steroid|intrathecal|other"
)

CONTRACT = f"""
patients
    K  patient_id       text
    -  site_id          text
    -  country          country
    -  sex              female|male|unknown
    ?  birth_date       partial
    -  consent          given|waived|refused|unknown
    -  record_available yes|no
diagnoses
    K  patient_id     text
    ?  diagnosis      b_all|t_all|mpal|other
    ?  diagnosis_date partial
genetic_findings
    K  patient_id text
    K? test_date  partial
    K  marker     bcr_abl1|kmt2a|t315i|complex_karyotype|other
    K  method     karyotype|fish|pcr|other
    -  result     positive|negative|unknown
therapy_lines
    K  patient_id    text
    K  line_number   integer>=0
    -  line_type     frontline|salvage
    ?  start_date    partial
    ?  end_date      partial
    ?  best_response cr|crh|cri|pr|refractory|unknown
    ?  response_date partial
disease_status
    K  patient_id     text
    -  status_date    date
    ?  disease_group  mrd_positive|relapsed_refractory
    ?  disease_status persistent_mrd|mrd_relapse|relapsed|refractory
treatment_cycles
    K  patient_id     text
    K  drug           text
    K  cycle_number   integer>=1
    -  access_program expanded_access|commercial|clinical_trial
    -  start_date     date
    ?  end_date       date
marrow_assessments
    K  patient_id      text
    K  assessment_date date
    ?  blast_percent   number<=100
blood_counts
    K  patient_id              text
    K  sample_date             date
    ?  platelets_giga_per_l    number
    ?  neutrophils_giga_per_l  number
extramedullary_assessments
    K  patient_id      text
    K  assessment_date date
    K  site            cns|testis|other|any
    -  involvement     yes|no|unknown
mrd_assessments
    K  patient_id  text
    K  sample_date date
    K  technique   flow_cytometry|pcr
    ?  sensitivity number<=1
    -  result      undetectable|below_quantifiable|quantifiable|not_evaluable
    ?  mrd_level   number<=1
relapses
    K  patient_id   text
    K? relapse_date partial
    K  relapse_type haematological|extramedullary|molecular
transplants
    K  patient_id      text
    K? transplant_date partial
    -  transplant_type allogeneic|autologous
    ?  donor_type      related|unrelated|haploidentical|cord_blood|unknown
lymphocyte_infusions
    K  patient_id    text
    K? infusion_date partial
medications
    K  patient_id text
    K  drug       text
    K? start_date partial
    -  drug_class {DRUG_CLASSES}
    ?  end_date   partial
follow_up
    K  patient_id        text
    -  last_contact_date date
    -  vital_status      alive|dead|lost
    ?  death_date        partial
    ?  death_cause       relapse|transplant_related|infection|toxicity|other|unknown
    ?  trial_entry_date  partial
"""

OPTIONAL_TABLES = ("relapses", "transplants", "lymphocyte_infusions", "medications")


def _tables(contract: str) -> dict[str, list[Column]]:
    tables: dict[str, list[Column]] = {}
    for line in contract.strip().splitlines():
        words = line.split()
        if len(words) == 1:
            columns = tables[words[0]] = []
        else:
            mark, name, kind = words
            columns.append(Column(name, kind, mark[0] == "K", mark[-1] == "?"))
    return tables


TABLES = _tables(CONTRACT)
