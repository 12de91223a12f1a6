with
cohort as (
    select * from {{ ref('int_cohort') }}
    where is_included
),

patients as (
    select * from {{ ref('int_patients') }}
),

study_parameters as (
    select * from {{ ref('study_parameters') }}
),

treatments as (
    select * from {{ ref('int_treatment_history') }}
),

therapy_lines as (
    select * from {{ ref('stg_delivery__therapy_lines') }}
    where disposition = 'accepted'
),

marrow_blast_categories as (
    select * from {{ ref('marrow_blast_categories') }}
),

concurrent_therapies as (
    select
        patient_id,
        max(case when drug_class = 'lymphocyte_infusion' then 1 else 0 end) as has_dli,
        max(case when drug_class = 'tyrosine_kinase_inhibitor' then 1 else 0 end)
            as has_tki
    from {{ ref('int_concurrent_therapies') }}
    group by patient_id
),

extramedullary as (
    select
        patient_id,
        max(case when is_involved then 1 else 0 end) as is_involved
    from {{ ref('int_extramedullary_at_index') }}
    group by patient_id
),

marrows_ranked as (
    select
        patient_id,
        blast_percent,
        -day_number as marrow_age_days,
        source_record,
        row_number() over (partition by patient_id order by assessment_date desc)
            as rank_by_recency
    from {{ ref('int_remission_assessments') }}
    where day_number <= 0 and blast_percent is not null
),

frontline_ranked as (
    select
        patient_id,
        best_response,
        row_number() over (partition by patient_id order by line_number) as rank_by_line
    from therapy_lines
    where line_type = 'frontline'
),

births as (
    select
        patient_id,
        index_date,
        birth_date_earliest + cast(
            floor({{ days_between('birth_date_earliest', 'birth_date_latest') }} / 2)
            as int
        ) as birth_date,
        birth_date_earliest <> birth_date_latest as is_age_imputed
    from patients
),

described as (
    select
        cohort.patient_id,
        patients.sex,
        case
            when patients.state_at_index = 'in_remission' then
                case when treatments.n_salvage_lines = 0 then 'cr1' else 'cr2_plus' end
        end as cr_number,
        patients.disease_status,
        coalesce(frontline_ranked.best_response, 'unknown') as frontline_response,
        coalesce(marrow_blast_categories.marrow_blast_category, 'unknown')
            as marrow_blast_category,
        case
            when extramedullary.is_involved = 1 then 'yes'
            when extramedullary.is_involved = 0 then 'no'
            else 'unknown'
        end as extramedullary_status,
        {{ completed_years('births.birth_date', 'births.index_date') }} as age_years,
        treatments.n_salvage_lines,
        {{ ratio(
            days_between('treatments.hsct_before_index_date', 'treatments.index_date'),
            parameter('days_per_month', 'double')
        ) }} as months_from_hsct,
        marrows_ranked.blast_percent as marrow_blast_percent,
        marrows_ranked.marrow_age_days,
        patients.n_cycles,
        births.is_age_imputed,
        treatments.has_hsct_before_index,
        coalesce(concurrent_therapies.has_dli = 1, false) as has_dli,
        coalesce(concurrent_therapies.has_tki = 1, false) as has_tki,
        treatments.hsct_before_index_date,
        marrows_ranked.source_record as marrow_record
    from cohort
    inner join patients on cohort.patient_id = patients.patient_id
    inner join treatments on cohort.patient_id = treatments.patient_id
    inner join births on cohort.patient_id = births.patient_id
    left join marrows_ranked
        on
            cohort.patient_id = marrows_ranked.patient_id
            and marrows_ranked.rank_by_recency = 1
    left join marrow_blast_categories
        on
            marrows_ranked.blast_percent >= coalesce(
                marrow_blast_categories.at_least, marrows_ranked.blast_percent
            )
            and marrows_ranked.blast_percent <= coalesce(
                marrow_blast_categories.at_most, marrows_ranked.blast_percent
            )
            and coalesce(
                marrows_ranked.blast_percent > marrow_blast_categories.above, true
            )
            and coalesce(
                marrows_ranked.blast_percent < marrow_blast_categories.below, true
            )
    left join frontline_ranked
        on
            cohort.patient_id = frontline_ranked.patient_id
            and frontline_ranked.rank_by_line = 1
    left join extramedullary on cohort.patient_id = extramedullary.patient_id
    left join concurrent_therapies
        on cohort.patient_id = concurrent_therapies.patient_id
)

select * from described
