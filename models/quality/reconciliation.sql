with
files as (
    select * from {{ source('reading', 'files') }}
),

records_withheld as (
    select * from {{ ref('records_withheld') }}
),

records_accepted as (
    {%- for table in delivery_tables() %}
    select
        '{{ table.name }}' as table_name,
        count(*) as n_accepted
    from {{ accepted(table.name) }} as accepted_records
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

withheld_counted as (
    select
        table_name,
        count(distinct case when disposition = 'collapsed' then source_record end)
            as n_collapsed,
        count(distinct case when disposition = 'quarantined' then source_record end)
            as n_quarantined
    from records_withheld
    group by table_name
),

reconciled as (
    select
        files.table_name,
        files.file_name,
        files.n_records as n_delivered,
        records_accepted.n_accepted,
        coalesce(withheld_counted.n_collapsed, 0) as n_collapsed,
        coalesce(withheld_counted.n_quarantined, 0) as n_quarantined
    from files
    inner join records_accepted
        on files.table_name = records_accepted.table_name
    left join withheld_counted
        on files.table_name = withheld_counted.table_name
)

select * from reconciled
