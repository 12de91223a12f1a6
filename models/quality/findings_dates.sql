-- Each use reads the dates anew, and what it needs of them: kept for all of them they
-- would fill the memory.
with
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
    select * from {{ ref('stg_delivery__manifest') }}
),

limits as (
    select
        max(case when limit_name = 'days_after_delivery' then value end)
            as days_after_delivery,
        max(case when limit_name = 'first_of_january_percent' then value end)
            as first_of_january_percent,
        max(case when limit_name = 'first_of_january_values' then value end)
            as first_of_january_values
    from {{ ref('gate_limits') }}
),

-- Broken is an order that every day allowed by two dates breaks.
orders_broken as (
    select
        orders_suspected.rule_id,
        orders_suspected.reported_on,
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
    inner join {{ ref('delivered_dates') }} as earlier
        on
            orders_suspected.earlier_name = earlier.date_name
            and orders_suspected.patient_id = earlier.patient_id
    inner join {{ ref('delivered_dates') }} as later
        on
            orders_suspected.later_name = later.date_name
            and earlier.patient_id = later.patient_id
    where
        (
            not orders_suspected.is_same_record
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

dates_late as (
    select
        delivered_dates.table_name,
        delivered_dates.file_line,
        delivered_dates.source_record,
        delivered_dates.patient_id,
        delivered_dates.column_name,
        {{ date_as_delivered('delivered_dates') }} as value_text,
        case
            -- A contact or a death is known on the day of delivery or not at all.
            when
                delivered_dates.earliest_date > manifest.delivered_on + case
                    when delivered_dates.date_role in ('contact', 'death') then 0
                    else cast(limits.days_after_delivery as int)
                end
                then 'date_after_delivery'
            when delivered_dates.earliest_date > manifest.delivered_on
                then 'date_shortly_after_delivery'
            when delivered_dates.date_role in ('contact', 'death', 'ended')
                then 'seen_after_cutoff'
            else 'date_after_cutoff'
        end as rule_id,
        case
            when delivered_dates.earliest_date > manifest.delivered_on
                then manifest.delivered_on
            else manifest.data_cutoff_date
        end as bound_date
    from {{ ref('delivered_dates') }} as delivered_dates
    inner join manifest
        on
            delivered_dates.table_name = manifest.table_name
            and delivered_dates.earliest_date > manifest.data_cutoff_date
    inner join date_roles
        on
            delivered_dates.date_role = date_roles.date_role
            and date_roles.is_bounded_by_cutoff
    cross join limits
),

-- Day zero of SAS, of Unix and of old spreadsheets.
dates_zero as (
    select
        delivered_dates.table_name,
        delivered_dates.file_line,
        delivered_dates.source_record,
        delivered_dates.patient_id,
        delivered_dates.column_name,
        {{ date_as_delivered('delivered_dates') }} as value_text
    from {{ ref('delivered_dates') }} as delivered_dates
    where
        delivered_dates.date_role <> 'birth'
        and delivered_dates.earliest_date in (
            cast('1904-01-01' as date),
            cast('1960-01-01' as date),
            cast('1970-01-01' as date)
        )
        and delivered_dates.earliest_date = delivered_dates.latest_date
),

january_counted as (
    select
        table_name,
        column_name,
        count(*) as n_dates,
        sum(
            case
                when
                    earliest_date = latest_date
                    and extract(month from earliest_date) = 1
                    and extract(day from earliest_date) = 1
                    then 1
                else 0
            end
        ) as n_first_of_january
    from {{ ref('delivered_dates') }}
    group by table_name, column_name
),

found as (
    select
        rule_id,
        case reported_on when 'earlier' then earlier_table else later_table end
            as table_name,
        case reported_on when 'earlier' then earlier_line else later_line end
            as file_line,
        case reported_on when 'earlier' then earlier_record else later_record end
            as source_record,
        patient_id,
        case reported_on when 'earlier' then earlier_column else later_column end
            as column_name,
        case reported_on when 'earlier' then earlier_value else later_value end
            as value_text,
        case reported_on when 'earlier' then later_record else earlier_record end
            as related_record,
        case reported_on when 'earlier' then later_value else earlier_value end
            as related_value
    from orders_broken
    union all
    select
        rule_id,
        table_name,
        file_line,
        source_record,
        patient_id,
        column_name,
        value_text,
        cast(null as string) as related_record,
        cast(bound_date as string) as related_value
    from dates_late
    union all
    select
        'zero_date' as rule_id,
        table_name,
        file_line,
        source_record,
        patient_id,
        column_name,
        value_text,
        cast(null as string) as related_record,
        cast(null as string) as related_value
    from dates_zero
    union all
    select
        'first_of_january_in_bulk' as rule_id,
        january_counted.table_name,
        cast(null as bigint) as file_line,
        cast(null as string) as source_record,
        cast(null as string) as patient_id,
        january_counted.column_name,
        cast(january_counted.n_first_of_january as string) as value_text,
        cast(null as string) as related_record,
        cast(january_counted.n_dates as string) as related_value
    from january_counted
    cross join limits
    where
        january_counted.n_first_of_january >= limits.first_of_january_values
        and 100 * january_counted.n_first_of_january
        > limits.first_of_january_percent * january_counted.n_dates
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
