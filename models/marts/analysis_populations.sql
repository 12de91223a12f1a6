with

survival_analyses as (
    select * from {{ ref('survival_analyses') }}
),

int_analyses_populated as (
    select * from {{ ref('int_analyses_populated') }}
),

-- An analysis of nobody keeps a row, with 0 analysed.
patients_counted as (
    select
        survival_analyses.analysis_id,
        coalesce(
            int_analyses_populated.stratum,
            case when survival_analyses.stratum_variable is null then 'all' end,
            'unknown'
        ) as stratum,
        coalesce(int_analyses_populated.reason, 'analysed') as reason,
        count(int_analyses_populated.patient_id) as n
    from survival_analyses
    left join int_analyses_populated
        on survival_analyses.analysis_id = int_analyses_populated.analysis_id
    group by 1, 2, 3
)

select * from patients_counted
