{%- set watched = [
    ('patients', 'site_id', 'site'),
    ('treatment_cycles', 'drug', 'drug'),
    ('medications', 'drug', 'drug'),
] -%}
with
drug_synonyms as (
    select * from {{ ref('drug_synonyms') }}
),

index_rules as (
    select * from {{ ref('index_rules') }}
    where table_name = 'treatment_cycles' and column_name = 'drug'
),

study_parameters as (
    select * from {{ ref('study_parameters') }}
),

drugs_listed as (
    select {{ each_listed('study_parameters.value') }} as drug
    from study_parameters
    inner join index_rules on study_parameters.parameter = index_rules.parameter
),

index_drugs as (
    select distinct {{ parse_text('drug') }} as drug
    from drugs_listed
),

-- Spelling first: there are few, however many records.
spellings_counted as (
    {%- for table_name, column_name, kind in watched %}
    {{- '\n    union all' if not loop.first }}
    select
        '{{ kind }}' as kind,
        {{ column_name }} as spelling,
        count(*) as n_records
    from {{ ref('stg_delivery__' ~ table_name) }}
    where disposition = 'accepted'
    group by {{ column_name }}
    {%- endfor %}
    union all
    select
        'drug' as kind,
        drug as spelling,
        0 as n_records
    from index_drugs
    where drug is not null
),

spellings as (
    select
        spellings_counted.kind,
        spellings_counted.spelling,
        index_drugs.drug is not null as is_index_drug,
        sum(spellings_counted.n_records) as n_records,
        translate({{ folded_text('spellings_counted.spelling') }}, '-_./()+', '')
            as spelling_folded
    from spellings_counted
    left join index_drugs
        on
            spellings_counted.kind = 'drug'
            and spellings_counted.spelling = index_drugs.drug
    group by spellings_counted.kind, spellings_counted.spelling, index_drugs.drug
),

synonyms as (
    select
        translate({{ folded_text('synonym') }}, '-_./()+', '') as synonym_folded,
        translate({{ folded_text('drug') }}, '-_./()+', '') as drug_folded
    from drug_synonyms
),

spellings_named as (
    select
        spellings.kind,
        spellings.spelling,
        spellings.is_index_drug,
        spellings.n_records,
        coalesce(synonyms.drug_folded, spellings.spelling_folded) as name_folded
    from spellings
    left join synonyms
        on
            spellings.kind = 'drug'
            and spellings.spelling_folded = synonyms.synonym_folded
),

-- Of the spellings of one name that of the study stands, else the most frequent one.
names as (
    select
        kind,
        name_folded,
        spelling,
        is_index_drug,
        sum(n_records) over (partition by kind, name_folded) as n_records,
        row_number() over (
            partition by kind, name_folded
            order by is_index_drug desc, n_records desc, spelling asc
        ) as rank_by_records,
        translate(name_folded, 'abcdefghijklmnopqrstuvwxyz', '') as not_letters
    from spellings_named
),

names_compared as (
    select
        kind,
        name_folded,
        spelling,
        is_index_drug,
        n_records,
        not_letters,
        substr(name_folded, 1, 3) as beginning,
        substr(name_folded, length(name_folded) - 2) as ending
    from names
    where
        rank_by_records = 1
        and length(name_folded) between 6 and 60
),

-- What an index drug is called, within a longer text too: with its brand, or its dose.
index_words as (
    select
        spelling,
        spelling_folded,
        spelling_folded as word
    from spellings
    where is_index_drug
    union
    select
        spellings.spelling,
        spellings.spelling_folded,
        synonyms.synonym_folded as word
    from spellings
    inner join synonyms on spellings.spelling_folded = synonyms.drug_folded
    where spellings.is_index_drug
),

-- A slip spares the beginning or the end of a word.
pairs as (
    select
        names.kind,
        names.name_folded,
        index_words.spelling_folded as name_meant,
        index_words.spelling as spelling_meant,
        true as is_index_drug,
        cast(0 as bigint) as n_records
    from names
    inner join index_words
        on
            names.kind = 'drug'
            and position(index_words.word in names.name_folded) > 0
    where
        names.rank_by_records = 1
        and not names.is_index_drug
        and length(index_words.word) >= 6
    {%- for part in ('beginning', 'ending') %}
    union
    select
        rare.kind,
        rare.name_folded,
        frequent.name_folded as name_meant,
        frequent.spelling as spelling_meant,
        frequent.is_index_drug,
        frequent.n_records
    from names_compared as rare
    inner join names_compared as frequent
        on
            rare.kind = frequent.kind
            and rare.{{ part }} = frequent.{{ part }}
            and rare.not_letters = frequent.not_letters
    where
        not rare.is_index_drug
        and (frequent.is_index_drug or rare.n_records < frequent.n_records)
        and {{ is_one_slip('rare.name_folded', 'frequent.name_folded') }}
    {%- endfor %}
),

slips as (
    select
        kind,
        name_folded,
        spelling_meant,
        is_index_drug,
        row_number() over (
            partition by kind, name_folded
            order by is_index_drug desc, n_records desc, name_meant asc
        ) as rank_by_records
    from pairs
),

taken as (
    select
        spellings_named.kind,
        spellings_named.spelling,
        coalesce(slips.spelling_meant, names.spelling) as spelling_meant,
        coalesce(slips.is_index_drug, names.is_index_drug) as is_index_drug
    from spellings_named
    inner join names
        on
            spellings_named.kind = names.kind
            and spellings_named.name_folded = names.name_folded
            and names.rank_by_records = 1
    left join slips
        on
            spellings_named.kind = slips.kind
            and spellings_named.name_folded = slips.name_folded
            and slips.rank_by_records = 1
    where spellings_named.n_records > 0 and not spellings_named.is_index_drug
),

taken_for_another as (
    select
        kind,
        spelling,
        spelling_meant,
        is_index_drug
    from taken
    where spelling <> spelling_meant
)

select * from taken_for_another
