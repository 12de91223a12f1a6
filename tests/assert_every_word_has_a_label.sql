-- A returned row is a word of the study that outputs would print as a code.
with

words_used as (
    select
'criterion' as vocabulary,
criterion as term
    from {{ ref('eligibility_criteria') }}
    union all
    select
'exclusion' as vocabulary,
criterion as term
    from {{ ref('eligibility_criteria') }}
    union all
    select
'censoring_rule' as vocabulary,
censoring_rule as term
    from {{ ref('survival_analyses') }}
    where censoring_rule <> 'standard'
    union all
    select
'stratum_variable' as vocabulary,
stratum_variable as term
    from {{ ref('survival_analyses') }}
    where stratum_variable is not null
    union all
    select
'endpoint' as vocabulary,
endpoint as term
    from {{ ref('survival_analyses') }}
    union all
    select
'response_window' as vocabulary,
response_window as term
    from {{ ref('response_windows') }}
    union all
    select
'event_type' as vocabulary,
event_type as term
    from {{ ref('endpoint_events') }}
    union all
    select
'event_type' as vocabulary,
event_type as term
    from {{ ref('report_marks') }}
    union all
    select
'reason' as vocabulary,
reason as term
    from {{ ref('analysis_populations') }}
    where reason <> 'analysed'
    union all
    select
'dated_event' as vocabulary,
event_type as term
    from {{ ref('int_dated_events') }}
    union all
    select
'follow_up_end' as vocabulary,
follow_up_end_reason as term
    from {{ ref('cohort') }}
    where follow_up_end_reason is not null
    union all
    select
'reachable' as vocabulary,
reachable as term
    from {{ ref('published_comparison') }}
    union all
    select
        'published_subset' as vocabulary,
        subset as term
    from {{ ref('published_results') }}
    where subset is not null
    union all
    select
        'published_measure' as vocabulary,
        measure as term
    from {{ ref('published_results') }}
    union all
    select
        'published_statistic' as vocabulary,
        statistic as term
    from {{ ref('published_results') }}
),

words_labelled as (
    select
vocabulary,
term
    from {{ ref('labels') }}
    union all
    select
'endpoint' as vocabulary,
endpoint as term
    from {{ ref('endpoint_labels') }}
)

select distinct
    words_used.vocabulary,
    words_used.term
from words_used
left join words_labelled
    on
        words_used.vocabulary = words_labelled.vocabulary
        and words_used.term = words_labelled.term
where words_labelled.term is null
