with
patients as (
    select * from {{ ref('stg_delivery__patients') }}
    where disposition = 'accepted'
),

follow_up as (
    select * from {{ ref('stg_delivery__follow_up') }}
    where disposition = 'accepted'
),

cycles as (
    select * from {{ ref('stg_delivery__treatment_cycles') }}
    where disposition = 'accepted'
),

genetic_findings as (
    select * from {{ ref('stg_delivery__genetic_findings') }}
    where disposition = 'accepted'
),

study_parameters as (
    select * from {{ ref('study_parameters') }}
),

plausibility_limits as (
    select * from {{ ref('plausibility_limits') }}
),

-- Every study needs the follow-up; of the other tables those that this one asks for.
required_tables as (
    select table_name from {{ ref('required_tables') }}
    union all
    select 'follow_up' as table_name
),

indexed as (
    select
        patient_id,
        min(start_date) as index_date
    from {{ ref('index_records') }}
    group by patient_id
),

cycles_ordered as (
    select
        source_record,
        file_line,
        patient_id,
        start_date,
        lag(start_date) over (
            partition by patient_id, drug order by cycle_number, file_line
        ) as start_before,
        lag(source_record) over (
            partition by patient_id, drug order by cycle_number, file_line
        ) as record_before
    from cycles
),

positive_bcr_abl1 as (
    select
        genetic_findings.source_record,
        genetic_findings.file_line,
        genetic_findings.patient_id,
        genetic_findings.test_date_earliest,
        indexed.index_date,
        row_number() over (
            partition by genetic_findings.patient_id
            order by
                genetic_findings.test_date_earliest nulls first,
                genetic_findings.file_line
        ) as rank_by_date
    from genetic_findings
    inner join indexed on genetic_findings.patient_id = indexed.patient_id
    where genetic_findings.marker = 'bcr_abl1' and genetic_findings.result = 'positive'
),

patients_spelled as (
    select
        source_record,
        file_line,
        patient_id,
        min(source_record) over (
            partition by {{ folded_id('patient_id') }} order by file_line
        ) as first_record
    from patients
),

records_missing as (
    {%- for table_name, rule_id in [
        ('follow_up', 'follow_up_missing'),
        ('diagnoses', 'diagnosis_missing'),
        ('disease_status', 'disease_status_missing'),
    ] %}
    {{- '\n    union all' if not loop.first }}
    select
        '{{ rule_id }}' as rule_id,
        patients.file_line,
        patients.source_record,
        patients.patient_id
    from patients
    inner join required_tables on required_tables.table_name = '{{ table_name }}'
    left join {{ ref('stg_delivery__' ~ table_name) }} as delivered
        on patients.patient_id = delivered.patient_id
    where delivered.patient_id is null
    {%- endfor %}
),

found as (
    select
        rule_id,
        'patients' as table_name,
        file_line,
        source_record,
        patient_id,
        'patient_id' as column_name,
        patient_id as value_text,
        cast(null as string) as related_record,
        cast(null as string) as related_value
    from records_missing
    union all
    select
        'patient_ids_alike' as rule_id,
        'patients' as table_name,
        file_line,
        source_record,
        patient_id,
        'patient_id' as column_name,
        patient_id as value_text,
        first_record as related_record,
        cast(null as string) as related_value
    from patients_spelled
    where source_record <> first_record
    union all
    select
        case
            when death_date_latest is not null then 'death_date_of_living'
            else 'death_cause_of_living'
        end as rule_id,
        'follow_up' as table_name,
        file_line,
        source_record,
        patient_id,
        'vital_status' as column_name,
        vital_status as value_text,
        source_record as related_record,
        coalesce(cast(death_date_latest as string), death_cause) as related_value
    from follow_up
    where
        vital_status <> 'dead'
        and (death_date_latest is not null or death_cause is not null)
    union all
    select
        'death_undated' as rule_id,
        'follow_up' as table_name,
        file_line,
        source_record,
        patient_id,
        'death_date' as column_name,
        cast(null as string) as value_text,
        cast(null as string) as related_record,
        cast(null as string) as related_value
    from follow_up
    where vital_status = 'dead' and death_date_latest is null
    union all
    select
        'trial_entry_before_index' as rule_id,
        'follow_up' as table_name,
        follow_up.file_line,
        follow_up.source_record,
        follow_up.patient_id,
        'trial_entry_date' as column_name,
        cast(follow_up.trial_entry_date_latest as string) as value_text,
        cast(null as string) as related_record,
        cast(indexed.index_date as string) as related_value
    from follow_up
    inner join indexed on follow_up.patient_id = indexed.patient_id
    where follow_up.trial_entry_date_latest < indexed.index_date
    union all
    select
        'cycles_out_of_order' as rule_id,
        'treatment_cycles' as table_name,
        file_line,
        source_record,
        patient_id,
        'start_date' as column_name,
        cast(start_date as string) as value_text,
        record_before as related_record,
        cast(start_before as string) as related_value
    from cycles_ordered
    where start_date < start_before
    union all
    select
        'cycle_outside_programme' as rule_id,
        'treatment_cycles' as table_name,
        cycles.file_line,
        cycles.source_record,
        cycles.patient_id,
        'access_program' as column_name,
        cycles.access_program as value_text,
        cast(null as string) as related_record,
        cast(indexed.index_date as string) as related_value
    from cycles
    inner join indexed on cycles.patient_id = indexed.patient_id
    where
        {{ is_listed('cycles.drug', parameter('index_drug')) }}
        and not {{ is_listed('cycles.access_program', parameter('access_program')) }}
        and cycles.start_date < indexed.index_date
    union all
    select
        'bcr_abl1_positive_later' as rule_id,
        'genetic_findings' as table_name,
        file_line,
        source_record,
        patient_id,
        'test_date' as column_name,
        cast(test_date_earliest as string) as value_text,
        cast(null as string) as related_record,
        cast(index_date as string) as related_value
    from positive_bcr_abl1
    where rank_by_date = 1 and test_date_earliest > index_date
    union all
    select
        'age_implausible' as rule_id,
        'patients' as table_name,
        patients.file_line,
        patients.source_record,
        patients.patient_id,
        'birth_date' as column_name,
        cast(patients.birth_date_latest as string) as value_text,
        cast(null as string) as related_record,
        cast(indexed.index_date as string) as related_value
    from patients
    inner join indexed on patients.patient_id = indexed.patient_id
    inner join plausibility_limits on plausibility_limits.limit_name = 'age_years'
    where
        {{ days_between('patients.birth_date_latest', 'indexed.index_date') }}
        > 365.25 * plausibility_limits.value
)

select * from found
