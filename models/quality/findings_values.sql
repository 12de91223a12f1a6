with
records_duplicated as (
    select * from {{ ref('records_duplicated') }}
),

files as (
    select * from {{ source('reading', 'files') }}
),

warnings as (
    select * from {{ source('reading', 'warnings') }}
),

answers as (
    select * from {{ ref('stg_delivery__query_answers') }}
    where disposition = 'accepted'
),

queries_asked as (
    select * from {{ source('earlier', 'queries') }}
),

-- Where nothing is published, as for `survival check`, nothing is known of questions.
earlier_build as (
    select build_id from {{ source('earlier', 'build') }}
),

-- Values of a quarantined record are listed with it; these are spelled oddly, but read.
cells_found as (
    {%- set cells = [] %}
    {%- for table in delivery_tables() %}
    {%- for column in table.columns.values() %}
    {{- '\n    union all' if cells }}
    {%- do cells.append(column.name) %}
    {{ flag_cells(table.name, column.name, formatting_issue(column)) }}
    {%- endfor %}
    {%- endfor %}
),

found as (
    select
        rule_id,
        table_name,
        file_line,
        table_name || ':' || cast(file_line as string) as source_record,
        patient_id,
        column_name,
        case when rule_id <> 'direct_identifier_value' then value_text end
            as value_text,
        cast(null as string) as related_record,
        cast(null as string) as related_value
    from cells_found
    union all
    select
        'record_copied' as rule_id,
        table_name,
        file_line,
        source_record,
        patient_id,
        cast(null as string) as column_name,
        cast(null as string) as value_text,
        cast(null as string) as related_record,
        cast(null as string) as related_value
    from records_duplicated
    where copy_number > 1
    union all
    select
        'blank_line' as rule_id,
        table_name,
        cast(null as bigint) as file_line,
        cast(null as string) as source_record,
        cast(null as string) as patient_id,
        cast(null as string) as column_name,
        cast(n_blank_lines as string) as value_text,
        cast(null as string) as related_record,
        cast(null as string) as related_value
    from files
    where n_blank_lines > 0
    union all
    select
        rule_id,
        'manifest' as table_name,
        cast(null as bigint) as file_line,
        cast(null as string) as source_record,
        cast(null as string) as patient_id,
        column_name,
        value_text,
        cast(null as string) as related_record,
        related_value
    from warnings
    union all
    select
        'answer_to_no_query' as rule_id,
        'query_answers' as table_name,
        answers.file_line,
        answers.source_record,
        answers.patient_id,
        'query_id' as column_name,
        answers.query_id as value_text,
        cast(null as string) as related_record,
        cast(null as string) as related_value
    from answers
    cross join earlier_build
    left join queries_asked
        on
            answers.query_id = queries_asked.query_id
            and answers.patient_id = queries_asked.patient_id
    where queries_asked.query_id is null and answers.answer is not null
    union all
    select
        'answer_undated' as rule_id,
        'query_answers' as table_name,
        file_line,
        source_record,
        patient_id,
        'answer_date' as column_name,
        cast(null as string) as value_text,
        cast(null as string) as related_record,
        cast(null as string) as related_value
    from answers
    where answer is not null and answer_date is null
)

select * from found
