-- A view: each reader takes a few columns, and a million patients have 40 million rows.
{{ config(materialized='view') }}
with
dates_listed as (
    {%- for date in delivered_date_columns() %}
    {{- '\n    union all' if not loop.first }}
    select
        '{{ date.name }}' as date_name,
        '{{ date.table }}' as table_name,
        '{{ date.column }}' as column_name,
        '{{ date.role }}' as date_role,
        source_record,
        file_line,
        patient_id,
        {{ date.earliest }} as earliest_date,
        {{ date.latest }} as latest_date
    from {{ date.relation }}
    where disposition = 'accepted' and {{ date.earliest }} is not null
    {%- endfor %}
)

select * from dates_listed
