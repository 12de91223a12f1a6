-- Which record is an event of which type is a row of `delivered_events`: its table, its
-- date, and a term or a lowest number that another of its columns must hold.
{%- set sources = [] %}
{%- for table in delivery_tables() %}
    {%- for column in table.columns.values()
        if column.meta.date_role == 'happened' %}
        {%- do sources.append((table, column)) %}
    {%- endfor %}
{%- endfor %}
with
delivered_events as (
    select * from {{ ref('delivered_events') }}
),

events_listed as (
    {%- for table, column in sources %}
    {%- set is_partial = column.meta.type == 'partial_date' %}
    {%- set terms, numbers = [], [] %}
    {%- for other in table.columns.values() if other.name != 'patient_id' %}
        {%- if other.meta.type in ('term', 'text') %}
            {%- do terms.append(other.name) %}
        {%- elif other.meta.type in ('integer', 'number') %}
            {%- do numbers.append(other.name) %}
        {%- endif %}
    {%- endfor %}
    {{- '\n    union all' if not loop.first }}
    select
        delivered.patient_id,
        delivered_events.event_type,
        delivered.{{ column.name }}{{ '_earliest' if is_partial }}
            as delivered_earliest,
        delivered.{{ column.name }}{{ '_latest' if is_partial }} as delivered_latest,
        '{{ table.name }}' as source_table,
        delivered.file_line,
        delivered.source_record
    from {{ ref('stg_delivery__' ~ table.name) }} as delivered
    inner join delivered_events
        on
            delivered_events.table_name = '{{ table.name }}'
            and delivered_events.date_column = '{{ column.name }}'
            and coalesce(
                {%- if terms %}
                case delivered_events.term_column
                    {%- for name in terms %}
                    when '{{ name }}'
                        then delivered.{{ name }} = delivered_events.term
                    {%- endfor %}
                end,
                {%- endif %}
                delivered_events.term_column is null
            )
            and coalesce(
                {%- if numbers %}
                case delivered_events.number_column
                    {%- for name in numbers %}
                    when '{{ name }}'
                        then delivered.{{ name }} >= delivered_events.at_least
                    {%- endfor %}
                end,
                {%- endif %}
                delivered_events.number_column is null
            )
    where delivered.disposition = 'accepted'
    {%- endfor %}
),

-- A record that several rows make the same event of is one event.
events as (
    select distinct
        patient_id,
        event_type,
        delivered_earliest,
        delivered_latest,
        source_table,
        file_line,
        source_record
    from events_listed
)

select * from events
