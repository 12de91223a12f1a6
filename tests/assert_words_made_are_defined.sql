-- A returned row is a word that the derivation made and no row defines, so that no
-- definition could use it.
with
event_types as (
    select * from {{ ref('event_types') }}
),

derived_words as (
    select * from {{ ref('derived_words') }}
),

words_made as (
    select
        'event_type' as vocabulary,
        event_type as word
    from {{ ref('int_patient_timeline') }}
    union
    select
        'event_type' as vocabulary,
        event_type as word
    from {{ ref('int_unresolved_events') }}
    union
    select
        'finding' as vocabulary,
        doubt as word
    from {{ ref('int_unresolved_events') }}
    union
    select
        'patient_characteristic' as vocabulary,
        variable as word
    from {{ ref('characteristics') }}
),

words_defined as (
    select
        'event_type' as vocabulary,
        event_type as word
    from event_types
    union
    select
        'event_type' as vocabulary,
        event_type as word
    from {{ ref('delivered_events') }}
    union
    select
        case vocabulary
            when 'patient_quantity' then 'patient_characteristic'
            else vocabulary
        end as vocabulary,
        word
    from derived_words
    union
    select
        'patient_characteristic' as vocabulary,
        variable as word
    from {{ ref('characteristic_bands') }}
    union
    select
        'patient_characteristic' as vocabulary,
        variable as word
    from {{ ref('characteristic_levels') }}
)

select
    words_made.vocabulary,
    words_made.word
from words_made
left join words_defined
    on
        words_made.vocabulary = words_defined.vocabulary
        and words_made.word = words_defined.word
where words_defined.word is null
