with

survival_analyses as (
    select * from {{ ref('analysis_definitions') }}
),

-- Counted before they are joined: these are the most rows of all, and an engine that
-- takes them for few would send them to every worker.
patients_counted as (
    select
        analysis_id,
        stratum,
        reason,
        count(*) as n
    from {{ ref('analysis_patients') }}
    group by analysis_id, stratum, reason
),

-- An analysis of nobody keeps a row, with 0 analysed.
analyses_counted as (
    select
        survival_analyses.analysis_id,
        coalesce(
            patients_counted.stratum,
            case when survival_analyses.stratum_variable is null then 'all' end,
            'unknown'
        ) as stratum,
        coalesce(patients_counted.reason, 'analysed') as reason,
        coalesce(patients_counted.n, 0) as n
    from survival_analyses
    left join patients_counted
        on survival_analyses.analysis_id = patients_counted.analysis_id
)

select * from analyses_counted
