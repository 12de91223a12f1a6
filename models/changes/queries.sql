with
gate_rules as (
    select * from {{ ref('gate_rules') }}
    where query_rank is not null
),

findings as (
    select * from {{ ref('findings') }}
),

derivation_findings as (
    select * from {{ ref('derivation_findings') }}
),

quarantine as (
    select * from {{ ref('quarantine') }}
),

patients as (
    select * from {{ ref('stg_delivery__patients') }}
),

answers as (
    select * from {{ ref('stg_delivery__query_answers') }}
    where disposition = 'accepted' and answer is not null
),

manifest as (
    select max(delivery_id) as delivery_id
    from {{ ref('stg_delivery__manifest') }}
),

queries_before as (
    select * from {{ source('earlier', 'queries') }}
),

-- Each answer is a record of the delivery, too, but no question is asked about one.
found as (
    select
        rule_id,
        table_name,
        file_line,
        patient_id,
        column_name,
        value_text,
        related_value
    from findings
    where source_record is not null and table_name <> 'query_answers'
    union all
    select
        rule_id,
        table_name,
        file_line,
        patient_id,
        column_name,
        value_text,
        related_value
    from derivation_findings
    union all
    select
        rule_id,
        table_name,
        file_line,
        patient_id,
        column_name,
        raw_text as value_text,
        cast(null as string) as related_value
    from quarantine
    where table_name <> 'query_answers'
),

doubted as (
    select
        found.*,
        gate_rules.query_rank,
        gate_rules.description,
        gate_rules.question
    from found
    inner join gate_rules on found.rule_id = gate_rules.rule_id
),

records as (
    {%- for table in delivery_tables() %}
    {{- '\n    union all' if not loop.first }}
    select
        '{{ table.name }}' as table_name,
        file_line,
        {{ record_key(table) }} as record_key,
        {{ record_content(table) }} as content
    from {{ source('delivery', table.name) }}
    where
        file_line in (
            select doubted.file_line
            from doubted
            where doubted.table_name = '{{ table.name }}'
        )
    {%- endfor %}
),

-- A record is known by its key, and a question by its rule, record and column: the
-- line, and what else contradicts the record, may be another in each delivery.
parts as (
    select distinct
        doubted.rule_id,
        doubted.query_rank,
        doubted.description,
        doubted.question,
        doubted.patient_id,
        doubted.table_name,
        records.record_key,
        doubted.column_name,
        doubted.value_text,
        doubted.related_value,
        records.content
    from doubted
    inner join records
        on
            doubted.table_name = records.table_name
            and doubted.file_line = records.file_line
),

{%- set question_key = [
    'rule_id', 'query_rank', 'description', 'question', 'table_name', 'record_key',
    'column_name',
] %}
{%- for name, column in {
    'values_asked': 'value_text',
    'related_asked': 'related_value',
    'contents_asked': 'content',
}.items() %}
{{ name }} as (
    select
        rule_id,
        table_name,
        record_key,
        column_name,
        {{ listed(column) }} as {{ column }}
    from (
        select distinct
            rule_id,
            table_name,
            record_key,
            column_name,
            {{ column }}
        from parts
    ) as told
    group by rule_id, table_name, record_key, column_name
),
{% endfor %}
keys_asked as (
    select
        {{ question_key | join(',\n        ') }},
        max(patient_id) as patient_id
    from parts
    group by {{ question_key | join(', ') }}
),

sites as (
    select
        patient_id,
        max(site_id) as site_id
    from patients
    group by patient_id
),

asked as (
    select
        -- A letter in front: no program takes it for a number.
        'q' || substr(
            md5(
                keys_asked.rule_id || chr(31) || keys_asked.table_name || chr(31)
                || keys_asked.record_key || chr(31)
                || coalesce(keys_asked.column_name, '')
            ),
            1,
            15
        ) as query_id,
        sites.site_id,
        keys_asked.patient_id,
        keys_asked.rule_id,
        keys_asked.query_rank,
        keys_asked.table_name,
        keys_asked.record_key,
        keys_asked.column_name,
        keys_asked.description,
        keys_asked.question,
        values_asked.value_text,
        related_asked.related_value,
        md5(
            contents_asked.content || chr(31)
            || coalesce(related_asked.related_value, '')
        ) as content
    from keys_asked
    {%- for name in ['values_asked', 'related_asked', 'contents_asked'] %}
    inner join {{ name }}
        on
            keys_asked.rule_id = {{ name }}.rule_id
            and keys_asked.table_name = {{ name }}.table_name
            and keys_asked.record_key = {{ name }}.record_key
            and keys_asked.column_name is not distinct from {{ name }}.column_name
    {%- endfor %}
    left join sites on keys_asked.patient_id = sites.patient_id
),

answers_ranked as (
    select
        query_id,
        patient_id,
        answer,
        answer_date,
        row_number() over (
            partition by query_id, patient_id
            order by answer_date desc nulls last, file_line desc
        ) as rank_by_recency
    from answers
),

-- An answer is to the record as it was when it was asked about, and counts once,
-- however often it is delivered.
answered as (
    select
        queries_before.query_id,
        coalesce(is_new.answer, queries_before.answer) as answer,
        coalesce(is_new.answer_date, queries_before.answer_date) as answer_date,
        case
            when is_new.answer is null then queries_before.content_answered
            else queries_before.content
        end as content_answered
    from queries_before
    left join answers_ranked as is_new
        on
            queries_before.query_id = is_new.query_id
            and queries_before.patient_id = is_new.patient_id
            and is_new.rank_by_recency = 1
            and (
                queries_before.answer is null
                or is_new.answer_date > queries_before.answer_date
                or (
                    is_new.answer_date = queries_before.answer_date
                    and is_new.answer <> queries_before.answer
                )
            )
),

followed as (
    select
        coalesce(asked.query_id, queries_before.query_id) as query_id,
        {%- for name in [
            'site_id', 'patient_id', 'rule_id', 'query_rank', 'table_name', 'record_key',
            'column_name', 'description', 'question', 'value_text', 'related_value',
        ] %}
        case
            when asked.query_id is null then queries_before.{{ name }}
            else asked.{{ name }}
        end as {{ name }},
        {%- endfor %}
        coalesce(queries_before.first_delivery_id, manifest.delivery_id)
            as first_delivery_id,
        case
            when asked.query_id is null then queries_before.last_delivery_id
            else manifest.delivery_id
        end as last_delivery_id,
        case
            when asked.query_id is null then 'resolved'
            when
                answered.answer in ('confirmed', 'not_known')
                and answered.content_answered = asked.content
                then 'answered'
            when answered.answer is null
                and coalesce(queries_before.state, 'open') = 'open'
                then 'open'
            else 'reopened'
        end as state,
        answered.answer,
        answered.answer_date,
        coalesce(asked.content, queries_before.content) as content,
        answered.content_answered
    from asked
    full outer join queries_before on asked.query_id = queries_before.query_id
    left join answered on queries_before.query_id = answered.query_id
    cross join manifest
)

select * from followed
