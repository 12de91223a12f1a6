with
shared_terms as (
    select * from {{ ref('shared_terms') }}
),

study_terms as (
    select * from {{ ref('study_terms') }}
),

terms_united as (
    select
        vocabulary,
        term,
        source
    from shared_terms
    union all
    select
        vocabulary,
        term,
        source
    from study_terms
)

select * from terms_united
