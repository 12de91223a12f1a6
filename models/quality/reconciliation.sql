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
        sum(case when disposition = 'collapsed' then 1 else 0 end) as n_collapsed,
        sum(case when disposition = 'quarantined' then 1 else 0 end) as n_quarantined
    from records_withheld
    group by table_name
),

reconciled as (
    select
        files.table_name,
        files.file_name,
        files.n_records as n_delivered,
        records_accepted.n_accepted,
        cast(coalesce(withheld_counted.n_collapsed, 0) as bigint) as n_collapsed,
        cast(coalesce(withheld_counted.n_quarantined, 0) as bigint) as n_quarantined
    from files
    inner join records_accepted
        on files.table_name = records_accepted.table_name
    left join withheld_counted
        on files.table_name = withheld_counted.table_name
)

select * from reconciled
