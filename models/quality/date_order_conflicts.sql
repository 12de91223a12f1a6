{%- set dates = delivered_date_columns() -%}
with
date_orders as (
    select * from {{ ref('date_orders') }}
),

date_columns as (
    {%- for date in dates %}
    {{- '\n    union all' if not loop.first }}
    select
        {{ loop.index }} as date_number,
        '{{ date.name }}' as date_name,
        '{{ date.role }}' as date_role
    {%- endfor %}
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
        earlier_columns.date_number as earlier_number,
        later_columns.date_name as later_name,
        later_columns.date_number as later_number
    from date_orders
    inner join date_columns as earlier_columns
        on date_orders.earlier in (earlier_columns.date_name, earlier_columns.date_role)
    inner join date_columns as later_columns
        on date_orders.later in (later_columns.date_name, later_columns.date_role)
    where earlier_columns.date_name <> later_columns.date_name
),

-- A table at a time: grouped together, a million patients would be 20 million groups.
dates_bounded as (
    {%- for date in dates %}
    {{- '\n    union all' if not loop.first }}
    select
        patient_id,
        {{ loop.index }} as date_number,
        max({{ date.earliest }}) as last_earliest,
        min({{ date.latest }}) as first_latest
    from {{ date.relation }}
    where disposition = 'accepted' and {{ date.earliest }} is not null
    group by patient_id
    {%- endfor %}
),

-- A patient's dates side by side, so that no order has to join them.
patients_bounded as (
    select
        patient_id,
        {%- for date in dates %}
        max(case when date_number = {{ loop.index }} then last_earliest end)
            as last_earliest_{{ loop.index }},
        min(case when date_number = {{ loop.index }} then first_latest end)
            as first_latest_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from dates_bounded
    group by patient_id
),

-- Few patients break any order: only their dates are compared one by one.
orders_suspected as (
    select
        orders_spelled.rule_id,
        orders_spelled.is_same_record,
        orders_spelled.reported_on,
        orders_spelled.more_than_days,
        orders_spelled.up_to_days,
        orders_spelled.later_is_partial,
        orders_spelled.earlier_name,
        orders_spelled.later_name,
        patients_bounded.patient_id
    from patients_bounded
    cross join orders_spelled
    where
        case orders_spelled.earlier_number
            {%- for date in dates %}
            when {{ loop.index }} then patients_bounded.last_earliest_{{ loop.index }}
            {%- endfor %}
        end
        > case orders_spelled.later_number
            {%- for date in dates %}
            when {{ loop.index }} then patients_bounded.first_latest_{{ loop.index }}
            {%- endfor %}
        end + orders_spelled.more_than_days
)

select * from orders_suspected
