with
files as (
    select * from {{ source('reading', 'files') }}
),

record_dispositions as (
    select * from {{ ref('record_dispositions') }}
),

records_accepted as (
    {%- for table in delivery_tables() %}
    select
        '{{ table.name }}' as table_name,
        count(*) as n_accepted
    from {{ ref('stg_delivery__' ~ table.name) }}
    where disposition = 'accepted'
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

set_aside_counted as (
    select
        table_name,
        count(distinct case when disposition = 'collapsed' then source_record end)
            as n_collapsed,
        count(distinct case when disposition = 'quarantined' then source_record end)
            as n_quarantined
    from record_dispositions
    group by table_name
),

reconciled as (
    select
        files.table_name,
        files.file_name,
        files.n_records as n_delivered,
        records_accepted.n_accepted,
        coalesce(set_aside_counted.n_collapsed, 0) as n_collapsed,
        coalesce(set_aside_counted.n_quarantined, 0) as n_quarantined,
        100 * coalesce(
            {{ ratio('set_aside_counted.n_quarantined', 'files.n_records') }}, 0
        ) as percent_quarantined
    from files
    inner join records_accepted
        on files.table_name = records_accepted.table_name
    left join set_aside_counted
        on files.table_name = set_aside_counted.table_name
)

select * from reconciled
