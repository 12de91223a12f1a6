with
delivered as (
    select * from {{ source('delivery', 'manifest') }}
),

parsed as (
    select
        {{ parse_text('table_name') }} as table_name,
        {{ parse_text('delivery_id') }} as delivery_id,
        {{ parse_date('delivered_on') }} as delivered_on,
        {{ parse_date('data_cutoff_date') }} as data_cutoff_date,
        {{ parse_int('n_rows') }} as n_rows,
        {{ parse_text('sha256') }} as sha256,
        file_line,
        {{ source_record('manifest') }} as source_record
    from delivered
)

select * from parsed
