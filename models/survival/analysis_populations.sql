with

survival_analyses as (
    select * from {{ ref('analysis_definitions') }}
),

analysis_patients as (
    select * from {{ ref('analysis_patients') }}
),

-- An analysis of nobody keeps a row, with 0 analysed.
patients_counted as (
    select
        survival_analyses.analysis_id,
        coalesce(
            analysis_patients.stratum,
            case when survival_analyses.stratum_variable is null then 'all' end,
            'unknown'
        ) as stratum,
        coalesce(analysis_patients.reason, 'analysed') as reason,
        count(analysis_patients.patient_id) as n
    from survival_analyses
    left join analysis_patients
        on survival_analyses.analysis_id = analysis_patients.analysis_id
    group by 1, 2, 3
)

select * from patients_counted
