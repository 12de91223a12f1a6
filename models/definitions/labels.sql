with

shared_labels as (
    select * from {{ ref('shared_labels') }}
),

study_labels as (
    select * from {{ ref('study_labels') }}
),

labels_listed as (
    select
        vocabulary,
        term,
        label
    from shared_labels
    union all
    select
        vocabulary,
        term,
        label
    from study_labels
)

select * from labels_listed
