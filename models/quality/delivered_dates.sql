-- A view: each reader takes a few columns, and a million patients have 40 million rows.
{{ config(materialized='view') }}
with
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
        '{{ table.name }}' as table_name,
        '{{ column.name }}' as column_name,
        '{{ column.meta.date_role }}' as date_role,
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
)

select * from dates_listed
