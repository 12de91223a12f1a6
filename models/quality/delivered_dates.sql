with
date_columns as (
    select * from {{ ref('date_columns') }}
),

dates_listed as (
    {%- set dates = [] %}
    {%- for table in delivery_tables() %}
    {%- set delivered = ref('stg_delivery__' ~ table.name) %}
    {%- for column in table.columns.values()
        if column.meta.type in ('date', 'partial_date') %}
    {%- set is_partial = column.meta.type == 'partial_date' %}
    {{- '\n    union all' if dates }}
    {%- do dates.append(column.name) %}
    select
        '{{ table.name }}.{{ column.name }}' as date_name,
        source_record,
        file_line,
        patient_id,
        {{ column.name }}{{ '_earliest' if is_partial }} as earliest_date,
        {{ column.name }}{{ '_latest' if is_partial }} as latest_date
    from {{ delivered }}
    where
        disposition = 'accepted'
        and {{ column.name }}{{ '_earliest' if is_partial }} is not null
    {%- endfor %}
    {%- endfor %}
),

dates_trusted as (
    select
        dates_listed.date_name,
        date_columns.table_name,
        date_columns.column_name,
        dates_listed.source_record,
        dates_listed.file_line,
        dates_listed.patient_id,
        dates_listed.earliest_date,
        dates_listed.latest_date
    from dates_listed
    inner join date_columns on dates_listed.date_name = date_columns.date_name
)

select * from dates_trusted
