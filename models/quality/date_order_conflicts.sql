with
delivered_dates as (
    select * from {{ ref('delivered_dates') }}
),

date_orders as (
    select * from {{ ref('date_orders') }}
),

patients_bounded as (
    select
        patient_id,
        date_name,
        date_role,
        max(earliest_date) as last_earliest,
        min(latest_date) as first_latest
    from delivered_dates
    group by patient_id, date_name, date_role
),

date_columns as (
    select distinct
        date_name,
        date_role
    from patients_bounded
),

-- An order between two roles is one between each two dates of those roles.
orders_spelled as (
    select
        date_orders.rule_id,
        date_orders.is_same_record,
        date_orders.reported_on,
        date_orders.more_than_days,
        date_orders.up_to_days,
        date_orders.later_is_partial,
        earlier_columns.date_name as earlier_name,
        later_columns.date_name as later_name
    from date_orders
    inner join date_columns as earlier_columns
        on date_orders.earlier in (earlier_columns.date_name, earlier_columns.date_role)
    inner join date_columns as later_columns
        on date_orders.later in (later_columns.date_name, later_columns.date_role)
    where earlier_columns.date_name <> later_columns.date_name
),

-- Each date once per order, before its patient's other dates are sought: joined by
-- patient alone, each date would meet every other.
earlier_bounded as (
    select
        orders_spelled.rule_id,
        orders_spelled.is_same_record,
        orders_spelled.reported_on,
        orders_spelled.more_than_days,
        orders_spelled.up_to_days,
        orders_spelled.later_is_partial,
        orders_spelled.earlier_name,
        orders_spelled.later_name,
        patients_bounded.patient_id,
        patients_bounded.last_earliest
    from orders_spelled
    inner join patients_bounded
        on orders_spelled.earlier_name = patients_bounded.date_name
),

-- Few patients break any order: only their dates are compared one by one.
-- An inner join would be put before that with the orders.
orders_suspected as (
    select
        earlier_bounded.rule_id,
        earlier_bounded.is_same_record,
        earlier_bounded.reported_on,
        earlier_bounded.more_than_days,
        earlier_bounded.up_to_days,
        earlier_bounded.later_is_partial,
        earlier_bounded.earlier_name,
        earlier_bounded.later_name,
        earlier_bounded.patient_id
    from earlier_bounded
    left join patients_bounded
        on
            earlier_bounded.later_name = patients_bounded.date_name
            and earlier_bounded.patient_id = patients_bounded.patient_id
    where
        earlier_bounded.last_earliest
        > patients_bounded.first_latest + earlier_bounded.more_than_days
)

select * from orders_suspected
