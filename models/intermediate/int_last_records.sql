{#- Every date of a patient but those of birth and death; a partial one counts by its
    earliest possible day (P14). -#}
{%- set dates = [
    ('diagnoses', 'diagnosis_date_earliest'),
    ('genetic_findings', 'test_date_earliest'),
    ('therapy_lines', 'start_date_earliest'),
    ('therapy_lines', 'end_date_earliest'),
    ('therapy_lines', 'response_date_earliest'),
    ('disease_status', 'status_date'),
    ('treatment_cycles', 'start_date'),
    ('treatment_cycles', 'end_date'),
    ('marrow_assessments', 'assessment_date'),
    ('blood_counts', 'sample_date'),
    ('extramedullary_assessments', 'assessment_date'),
    ('mrd_assessments', 'sample_date'),
    ('relapses', 'relapse_date_earliest'),
    ('transplants', 'transplant_date_earliest'),
    ('lymphocyte_infusions', 'infusion_date_earliest'),
    ('medications', 'start_date_earliest'),
    ('medications', 'end_date_earliest'),
    ('follow_up', 'last_contact_date'),
    ('follow_up', 'trial_entry_date_earliest'),
] %}
with
patients as (
    select
        patient_id,
        data_cutoff_date
    from {{ ref('int_patients') }}
),

dates_listed as (
    {%- for table_name, column_name in dates %}
    {{- '\n    union all' if not loop.first }}
    select
        patient_id,
        {{ column_name }} as record_date,
        '{{ table_name }}' as source_table,
        file_line,
        source_record
    from {{ ref('stg_delivery__' ~ table_name) }}
    where disposition = 'accepted'
    {%- endfor %}
),

dates_ranked as (
    select
        dates_listed.patient_id,
        dates_listed.record_date,
        dates_listed.source_table,
        dates_listed.source_record,
        row_number() over (
            partition by dates_listed.patient_id
            order by
                dates_listed.record_date desc,
                dates_listed.source_table asc,
                dates_listed.file_line asc
        ) as recency
    from dates_listed
    inner join patients on dates_listed.patient_id = patients.patient_id
    where dates_listed.record_date <= patients.data_cutoff_date
),

last_records as (
    select
        patient_id,
        record_date as last_record_date,
        source_table,
        source_record
    from dates_ranked
    where recency = 1
)

select * from last_records
