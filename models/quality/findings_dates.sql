with
delivered_dates as (
    select * from {{ ref('delivered_dates') }}
),

orders_suspected as (
    select * from {{ ref('date_order_conflicts') }}
),

relapses as (
    select * from {{ ref('stg_delivery__relapses') }}
    where disposition = 'accepted'
),

transplants as (
    select * from {{ ref('stg_delivery__transplants') }}
    where disposition = 'accepted'
),

date_roles as (
    select * from {{ ref('date_roles') }}
),

manifest as (
    select max(data_cutoff_date) as data_cutoff_date
    from {{ ref('stg_delivery__manifest') }}
),

-- Broken is an order that every day allowed by two dates breaks.
orders_broken as (
    select
        orders_suspected.rule_id,
        orders_suspected.found_in,
        earlier.table_name as earlier_table,
        earlier.column_name as earlier_column,
        earlier.file_line as earlier_line,
        earlier.source_record as earlier_record,
        {{ date_as_delivered('earlier') }} as earlier_value,
        later.table_name as later_table,
        later.column_name as later_column,
        later.file_line as later_line,
        later.source_record as later_record,
        {{ date_as_delivered('later') }} as later_value,
        earlier.patient_id
    from orders_suspected
    inner join delivered_dates as earlier
        on
            orders_suspected.earlier_name = earlier.date_name
            and orders_suspected.patient_id = earlier.patient_id
    inner join delivered_dates as later
        on
            orders_suspected.later_name = later.date_name
            and earlier.patient_id = later.patient_id
    where
        (
            not orders_suspected.of_one_record
            or earlier.source_record = later.source_record
        )
        and earlier.earliest_date > later.latest_date + orders_suspected.more_than_days
        and (
            orders_suspected.up_to_days is null
            or earlier.earliest_date <= later.latest_date + orders_suspected.up_to_days
        )
        and (
            orders_suspected.later_is_partial is null
            or orders_suspected.later_is_partial
            = (later.earliest_date < later.latest_date)
        )
),

found as (
    select
        rule_id,
        case found_in when 'earlier' then earlier_table else later_table end
            as table_name,
        case found_in when 'earlier' then earlier_line else later_line end as file_line,
        case found_in when 'earlier' then earlier_record else later_record end
            as source_record,
        patient_id,
        case found_in when 'earlier' then earlier_column else later_column end
            as column_name,
        case found_in when 'earlier' then earlier_value else later_value end
            as value_text,
        case found_in when 'earlier' then later_record else earlier_record end
            as related_record,
        case found_in when 'earlier' then later_value else earlier_value end
            as related_value
    from orders_broken
    union all
    select
        'date_after_cutoff' as rule_id,
        delivered_dates.table_name,
        delivered_dates.file_line,
        delivered_dates.source_record,
        delivered_dates.patient_id,
        delivered_dates.column_name,
        {{ date_as_delivered('delivered_dates') }} as value_text,
        cast(null as string) as related_record,
        cast(manifest.data_cutoff_date as string) as related_value
    from delivered_dates
    inner join date_roles
        on
            delivered_dates.date_role = date_roles.date_role
            and date_roles.is_bounded_by_cutoff
    inner join manifest on delivered_dates.earliest_date > manifest.data_cutoff_date
    union all
    select
        'relapse_undated' as rule_id,
        'relapses' as table_name,
        file_line,
        source_record,
        patient_id,
        'relapse_date' as column_name,
        cast(null as string) as value_text,
        cast(null as string) as related_record,
        cast(null as string) as related_value
    from relapses
    where relapse_date_latest is null and relapse_type <> 'molecular'
    union all
    select
        'transplant_undated' as rule_id,
        'transplants' as table_name,
        file_line,
        source_record,
        patient_id,
        'transplant_date' as column_name,
        cast(null as string) as value_text,
        cast(null as string) as related_record,
        cast(null as string) as related_value
    from transplants
    where transplant_date_latest is null and transplant_type = 'allogeneic'
)

select * from found
