-- A returned row is a cohort of nobody that would replace marts which have patients.
-- depends_on: {{ ref('study_doubts') }}
-- depends_on: {{ source('reading', 'build_log') }}
{% set query %}
with
study_doubts as (
    select * from {{ ref('study_doubts') }}
),

published_before as (
    select
        n_included,
        row_number() over (order by started_at desc, build_id desc) as rank_by_date
    from {{ source('reading', 'build_log') }}
    where verdict = 'published'
)

select
    study_doubts.message,
    published_before.n_included
from study_doubts
inner join published_before
    on
        published_before.rank_by_date = 1
        and coalesce(published_before.n_included > 0, true)
where study_doubts.doubt = 'cohort_empty'
{% endset %}
{% do refuse_empty_cohort(query) %}
{{ query }}
