-- A returned row is an analysis whose groups became known only after its clock started
-- (immortal time, P22): give it a landmark_day, or name its exemption in the seed.
{% set query %}
with

survival_analyses as (
    select * from {{ ref('analysis_definitions') }}
),

analysis_patients as (
    select * from {{ ref('analysis_patients') }}
),

groups_known_late as (
    select
        survival_analyses.analysis_id as grouped_by_what_was_known_too_late,
        survival_analyses.stratum_variable,
        count(*) as n_patients
    from survival_analyses
    inner join analysis_patients
        on survival_analyses.analysis_id = analysis_patients.analysis_id
    where
        analysis_patients.reason = 'analysed'
        and analysis_patients.known_on_day
        > analysis_patients.clock_starts_on_day
        and not survival_analyses.is_exempt
    group by survival_analyses.analysis_id, survival_analyses.stratum_variable
)

select * from groups_known_late
{% endset %}
{{ log_rows(query) }}
