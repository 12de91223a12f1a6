with
delivered as (
    select * from {{ source('delivery', 'query_answers') }}
),

withheld as (
    select distinct
        file_line as withheld_line,
        disposition
    from {{ ref('record_dispositions') }}
    where table_name = 'query_answers'
),

parsed as (
    select
        {{ parse_text('delivered.query_id') }} as query_id,
        {{ parse_text('delivered.patient_id') }} as patient_id,
        {{ parse_text('delivered.record') }} as record,
        {{ parse_text('delivered.found') }} as found,
        {{ parse_text('delivered.question') }} as question,
        {{ parse_text('delivered.answer') }} as answer,
        {{ parse_date('delivered.answer_date') }} as answer_date,
        delivered.file_line,
        {{ source_record('query_answers', 'delivered') }} as source_record,
        coalesce(withheld.disposition, 'accepted') as disposition
    from delivered
    left join withheld on delivered.file_line = withheld.withheld_line
)

select * from parsed
